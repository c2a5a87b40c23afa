//! Our side, as a process of its own: the power status of every BMC of a file, with login, set privilege and close.
//!
//! `sweep FILE [--suite N] [--times N] [--within SECONDS]`: a line a BMC, with what it answered and when, in milliseconds
//! since the beginning.

use drydock_ipmi::{
    account::{Account, Lookup},
    client::Client,
    crypto::Suite,
};
use std::{
    error::Error,
    fs,
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

pub(crate) fn sweep(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let option = |name: &str, default: u32| -> Result<u32, Box<dyn Error>> {
        let at = arguments.iter().position(|argument| argument == name);
        let value = at.and_then(|at| arguments.get(at + 1));
        Ok(value.map_or(Ok(default), |value| value.parse())?)
    };
    let suite = u8::try_from(option("--suite", 3)?)?;
    let suite = Suite::new(suite).ok_or("sweep: no such suite")?;
    let times = option("--times", 1)?;
    let within = Duration::from_secs(option("--within", 20)?.into());
    let file = arguments.first().ok_or("sweep: no file")?;
    let hosts = fs::read_to_string(file)?;
    let hosts = hosts
        .lines()
        .map(str::parse)
        .collect::<Result<Vec<SocketAddr>, _>>()?;
    let mut account = Account::new("admin", "password")?;
    account.lookup = Lookup::NameOnly;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(all(&hosts, Arc::new(account), suite, times, within))
}

async fn all(
    hosts: &[SocketAddr],
    account: Arc<Account>,
    suite: Suite,
    times: u32,
    within: Duration,
) -> Result<(), Box<dyn Error>> {
    let client = Client::builder().suites([suite]).build()?;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for host in hosts {
        let bmc = client.bmc(*host, account.clone());
        tasks.spawn(async move {
            let mut answer = Ok(());
            for _ in 0..times {
                answer = bmc.power_status(within).await.map(drop);
            }
            let answered = began.elapsed();
            bmc.close().await;
            (bmc.address(), answer, answered)
        });
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    while let Some(done) = tasks.join_next().await {
        let (host, answer, answered) = done?;
        let answer = match answer {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("{error}").replace(' ', "_"),
        };
        writeln!(out, "{host} {:.3} {answer}", answered.as_secs_f64() * 1e3)?;
    }
    client.close().await;
    out.flush()?;
    Ok(())
}
