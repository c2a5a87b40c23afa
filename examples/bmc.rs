//! One BMC, or many, by IPMI: power, the next boot device, what it is, its log, sensors and inventory, its console.
//!
//! `bmc --host HOST[:PORT] --user NAME (--password-file FILE | --password-env VARIABLE) [--suite 3|17] [--kg-env VARIABLE]
//! [--privilege user|operator|administrator] [--within SECONDS] [--format text|json] [--pcap FILE]
//! [--pcap-decrypted FILE] COMMAND`
//!
//! COMMAND is `power status|on|off|cycle|reset|soft`, `bootdev pxe|disk|bios|cdrom|none [--efi] [--persistent]`, `info`, `sel
//! [list|info|clear]`, `sensors`, `fru`, `identify [SECONDS]`, `console [--take-over]` or `raw NETFN COMMAND [OCTET...]`.
//! With `--hosts FILE`, one `HOST[:PORT]` a line, `power status` is asked of all of them at once, a line each.
//!
//! `--pcap` writes the packets as they were; `--pcap-decrypted` writes them with their payloads decrypted and credentials
//! masked, for `tshark -d udp.port==PORT,rmcp`. A console is in lines; `~.` at the beginning of one ends it.
//!
//! Exit 0 done; 1 the BMC did not do it, or of many at least one did not answer; 2 bad arguments.

use clap::{ArgGroup, Parser};
use drydock_core::secret::Secret;
use drydock_examples::{
    FAILED, Failure, Format, OK,
    bmc::{
        captured::Captured,
        commands::{self, Command},
        console,
        host::{Host, listed},
        secret, sweep,
    },
    pretty, print,
};
use drydock_ipmi::{
    account::{Account, Kg},
    client::Client,
    crypto::Suite,
    wire::Privilege,
};
use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

/// Speaks to BMCs by IPMI.
#[derive(Debug, Parser)]
#[command(name = "bmc", group = ArgGroup::new("which").required(true).args(["host", "hosts"]))]
#[command(group = ArgGroup::new("password").required(true).args(["password_file", "password_env"]))]
struct Arguments {
    /// The BMC.
    #[arg(long, value_name = "HOST[:PORT]")]
    host: Option<Host>,
    /// A file with one BMC a line; for `power status` of all of them.
    #[arg(long, value_name = "FILE")]
    hosts: Option<PathBuf>,
    /// The account's name.
    #[arg(long, value_name = "NAME")]
    user: String,
    /// The file that holds the password, and nothing else.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The environment variable that holds the password.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
    /// The cipher suite, 3 or 17; 17 and then 3 when not given.
    #[arg(long, value_name = "3|17", value_parser = suite)]
    suite: Option<Suite>,
    /// The environment variable that holds the BMC's key K_g.
    #[arg(long, value_name = "VARIABLE")]
    kg_env: Option<String>,
    /// What the session is allowed: user, operator or administrator.
    #[arg(long, value_name = "LEVEL", default_value = "operator", value_parser = privilege)]
    privilege: Privilege,
    /// How long it may take, in seconds; a console may take for ever once it is open.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    within: u32,
    /// Text for people, or JSON for programs: one value, or one a line with `--hosts`.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Writes the packets to this file.
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
    /// Writes the packets to this file, decrypted and without credentials.
    #[arg(long, value_name = "FILE")]
    pcap_decrypted: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

fn suite(text: &str) -> Result<Suite, String> {
    let suite = text.parse().ok().and_then(Suite::new);
    suite.ok_or_else(|| "only suites 3 and 17 authenticate, protect and encrypt".to_owned())
}

fn privilege(text: &str) -> Result<Privilege, String> {
    match text {
        "user" => Ok(Privilege::User),
        "operator" => Ok(Privilege::Operator),
        "administrator" => Ok(Privilege::Administrator),
        _ => Err("write user, operator or administrator".to_owned()),
    }
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let account = Arc::new(account(&arguments)?);
    let hosts = arguments.hosts.as_deref().map(listed).transpose()?;
    if hosts.is_some() && !arguments.command.is_power_status() {
        let why = "with --hosts only `power status` is asked; name one BMC with --host";
        return Err(Failure::unusable(why));
    }
    let captured = Captured::to(&arguments.pcap, &arguments.pcap_decrypted)?;
    let mut client = Client::builder();
    if let Some(suite) = arguments.suite {
        client = client.suites([suite]);
    }
    if let Some(captured) = &captured {
        client = client.taps(captured.taps());
    }
    let client = client.build().map_err(Failure::unusable)?;
    let done = match hosts {
        Some(hosts) => {
            let within = Duration::from_secs(arguments.within.into());
            Ok(sweep::run(&client, &account, hosts, within, arguments.format).await)
        }
        None => one(&client, &account, &arguments).await,
    };
    client.close().await;
    if let Some(captured) = captured {
        captured.end()?;
    }
    done
}

/// Has one BMC do what was asked.
async fn one(
    client: &Client,
    account: &Arc<Account>,
    arguments: &Arguments,
) -> Result<u8, Failure> {
    let Some(host) = &arguments.host else {
        return Err(Failure::unusable("name a BMC with --host"));
    };
    let address = host.address().await;
    let address = address.map_err(|why| Failure::new(FAILED, why))?;
    let bmc = client.bmc(address, Arc::clone(account));
    let within = Duration::from_secs(arguments.within.into());
    if let Command::Console { take_over } = arguments.command {
        return console::run(&bmc, take_over, within).await;
    }
    let told = commands::run(&bmc, &arguments.command, within).await?;
    match arguments.format {
        Format::Text => print(&told.text),
        Format::Json => print(&pretty(&told.json(host))),
    }
    Ok(OK)
}

fn account(arguments: &Arguments) -> Result<Account, Failure> {
    let password: Secret = match (&arguments.password_file, &arguments.password_env) {
        (Some(file), _) => secret::from_file(file)?,
        (None, variable) => secret::from_env(variable.as_deref().unwrap_or_default())?,
    };
    let account = Account::new(&arguments.user, password.expose()).map_err(Failure::unusable)?;
    let account = account.with_privilege(arguments.privilege);
    let Some(variable) = &arguments.kg_env else {
        return Ok(account);
    };
    let k_g = Kg::new(secret::from_env(variable)?.expose()).map_err(Failure::unusable)?;
    Ok(account.with_k_g(k_g))
}
