//! `power status` of many BMCs at once, a line each, in their order.

use super::host::Host;
use crate::{FAILED, Format, OK, print};
use drydock_ipmi::{account::Account, client::Client};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::{collections::BTreeMap, io::IsTerminal, sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// Asks all of them; 1 if one did not answer.
pub async fn run(
    client: &Client,
    account: &Arc<Account>,
    hosts: Vec<Host>,
    within: Duration,
    format: Format,
) -> u8 {
    let bar = progress(hosts.len());
    let mut asked = JoinSet::new();
    for (at, host) in hosts.into_iter().enumerate() {
        let (client, account) = (client.clone(), Arc::clone(account));
        asked.spawn(async move {
            let answer = status(&client, account, &host, within).await;
            (at, host, answer)
        });
    }
    let (mut come, mut next, mut code) = (BTreeMap::new(), 0, OK);
    while let Some(Ok((at, host, answer))) = asked.join_next().await {
        bar.inc(1);
        if answer.is_err() {
            code = FAILED;
        }
        come.insert(at, line(&host, &answer, format));
        // As soon as all before it are there.
        while let Some(line) = come.remove(&next) {
            bar.suspend(|| print(&line));
            next += 1;
        }
    }
    bar.finish_and_clear();
    code
}

async fn status(
    client: &Client,
    account: Arc<Account>,
    host: &Host,
    within: Duration,
) -> Result<bool, String> {
    let bmc = client.bmc(host.address().await?, account);
    let status = bmc.power_status(within).await;
    // Not at the end of all: many BMCs have few sessions.
    bmc.close().await;
    status
        .map(|status| status.is_on())
        .map_err(|error| error.to_string())
}

fn line(host: &Host, answer: &Result<bool, String>, format: Format) -> String {
    let word = |is_on: &bool| if *is_on { "on" } else { "off" };
    let json: Value = match (format, answer) {
        (Format::Text, Ok(is_on)) => return format!("{host}: {}\n", word(is_on)),
        (Format::Text, Err(why)) => return format!("{host}: FAILED: {why}\n"),
        (Format::Json, Ok(is_on)) => json!({"bmc": host.to_string(), "power": word(is_on)}),
        (Format::Json, Err(why)) => json!({"bmc": host.to_string(), "error": why}),
    };
    format!("{json}\n")
}

fn progress(hosts: usize) -> ProgressBar {
    match std::io::stderr().is_terminal() {
        true => ProgressBar::new(u64::try_from(hosts).unwrap_or(u64::MAX)),
        false => ProgressBar::hidden(),
    }
}
