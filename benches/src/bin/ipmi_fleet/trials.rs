//! What is tried with the fleet.

use crate::{
    Report,
    measured::{Measured, measure, median, p99},
    simulated::Simulated,
    support::{
        answers,
        relay::{Clear, Loss, Relay},
    },
};
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs, iter,
    net::{SocketAddr, UdpSocket},
    path::{Path, PathBuf},
};

type Tried = Result<(), Box<dyn Error>>;

/// So many logins are tried over lossy lines.
const LOSSY: usize = 40;

pub(crate) struct Trials {
    ipmipower: String,
    bmcs: Vec<SocketAddr>,
    rounds: usize,
    /// For the lists of hosts.
    folder: PathBuf,
}

/// What our sweep said of a BMC: when it was answered, in milliseconds since the beginning, and how.
type Answers = BTreeMap<SocketAddr, (f64, String)>;

impl Trials {
    pub(crate) fn new(
        ipmipower: &Path,
        bmcs: &[SocketAddr],
        rounds: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let folder = env::temp_dir().join(format!("drydock-fleet-{}", std::process::id()));
        fs::create_dir(&folder)?;
        Ok(Self {
            ipmipower: ipmipower.display().to_string(),
            bmcs: bmcs.to_vec(),
            rounds,
            folder,
        })
    }

    /// As many as it likes at a time. Its workaround is for what `ipmi_sim` answers to Open Session.
    fn theirs(&self, bmcs: &[SocketAddr]) -> Vec<String> {
        let hosts: Vec<String> = bmcs.iter().map(SocketAddr::to_string).collect();
        let fixed = "-D LAN_2_0 -I 3 -u admin -p password -W opensesspriv --stat -h";
        let program = iter::once(self.ipmipower.clone());
        let program = program.chain(fixed.split(' ').map(str::to_owned));
        program.chain([hosts.join(",")]).collect()
    }

    fn ours(&self, bmcs: &[SocketAddr], more: &str) -> Result<Vec<String>, Box<dyn Error>> {
        let file = self.folder.join("hosts");
        let hosts: Vec<String> = bmcs.iter().map(SocketAddr::to_string).collect();
        fs::write(&file, hosts.join("\n"))?;
        let program = [env::current_exe()?.display().to_string(), "sweep".into()];
        let program = program.into_iter().chain([file.display().to_string()]);
        let more = more.split_whitespace().map(str::to_owned);
        Ok(program.chain(more).collect())
    }

    fn sweep(
        &self,
        bmcs: &[SocketAddr],
        more: &str,
    ) -> Result<(Measured, Answers), Box<dyn Error>> {
        let measured = measure(&self.ours(bmcs, more)?)?;
        let line = |line: &str| {
            let mut words = line.split(' ');
            let host = words.next()?.parse().ok()?;
            let when = words.next()?.parse().ok()?;
            Some((host, (when, words.next()?.to_owned())))
        };
        let answers = measured.said.lines().filter_map(line).collect();
        Ok((measured, answers))
    }

    /// Side by side, in turns; the first turn of each is not counted, since it wakes the simulators.
    pub(crate) fn statuses(&self, report: &mut Report) -> Tried {
        let (mut ours, mut newer, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=self.rounds {
            let peer = measure(&self.theirs(&self.bmcs))?;
            let (own, answers) = self.sweep(&self.bmcs, "")?;
            let answered = answers.values().filter(|(_, how)| how == "ok").count();
            let line = format!("{answered} of {} answered us", self.bmcs.len());
            let peers = peer.said.lines().filter(|line| line.ends_with(": off"));
            let line = format!("{line}, {} answered ipmipower", peers.count());
            report.count(line, answered == self.bmcs.len());
            if let Some((_, (_, how))) = answers.iter().find(|(_, (_, how))| how != "ok") {
                report.say(how);
            }
            if round > 0 {
                theirs.push(peer);
                ours.push(own);
            } else {
                newer.push(own);
            }
        }
        let figure = |of: &[Measured], figure: fn(&Measured) -> f64| median(of.iter().map(figure));
        report.say(format_args!(
            "\n{} power statuses, suite 3, median of {}\n{:24}{:>10}{:>12}{:>8}{:>8}",
            self.bmcs.len(),
            self.rounds,
            "",
            "drydock",
            "ipmipower",
            "ratio",
            "goal"
        ));
        for (name, of, goal) in [
            ("wall, s", (|m| m.wall) as fn(&Measured) -> f64, "0.70"),
            ("processor, s", |m| m.cpu, "0.50"),
            ("memory, MiB", |m| m.memory / 1024.0, "40 MiB"),
        ] {
            let (own, peer) = (figure(&ours, of), figure(&theirs, of));
            report.say(format_args!(
                "{name:24}{own:>10.3}{peer:>12.3}{:>8.2}{goal:>8}",
                own / peer
            ));
        }
        Ok(())
    }

    /// Requests and replies of one power status, counted by a relay: with a login, and in a session that there is.
    pub(crate) fn packets(&self, report: &mut Report) -> Tried {
        let bmc = *self.bmcs.first().ok_or("no BMC")?;
        let count = |program: &dyn Fn(SocketAddr) -> Result<Vec<String>, Box<dyn Error>>| {
            let relay = Relay::start(bmc, Clear);
            measure(&program(relay.address)?)?;
            Ok::<_, Box<dyn Error>>(relay.counts.packets())
        };
        let cold = count(&|bmc| self.ours(&[bmc], ""))?;
        let twice = count(&|bmc| self.ours(&[bmc], "--times 2"))?;
        let theirs = count(&|bmc| Ok(self.theirs(&[bmc])))?;
        let warm = twice.saturating_sub(cold);
        report.say(format_args!(
            "\npackets of a power status, request and reply"
        ));
        let line = format!("{:24}{cold:>10}{theirs:>12}{:>8}{:>8}", "cold", "", "14");
        report.count(line, cold <= 14);
        let line = format!("{:24}{warm:>10}{:>12}{:>8}{:>8}", "warm", "-", "", "2");
        report.count(line, warm == 2);
        Ok(())
    }

    /// The living BMCs' times, among dead ones and without: when their answers were there, since the sweep's beginning.
    pub(crate) fn dead(&self, report: &mut Report) -> Tried {
        let many = self.bmcs.len().div_ceil(20);
        let silent = answers::free(many);
        // What is sent there vanishes; nothing is refused.
        let _open: Vec<UdpSocket> = silent
            .iter()
            .map(UdpSocket::bind)
            .collect::<Result<_, _>>()?;
        let living = self.bmcs.get(many..).ok_or("no BMC")?;
        // One dead after nineteen living ones.
        let mixed: Vec<SocketAddr> = living
            .chunks(19)
            .zip(silent.iter().map(Some).chain(iter::repeat(None)))
            .flat_map(|(living, dead)| living.iter().chain(dead).copied())
            .collect();
        let (mut without, mut among) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            let time =
                |answers: &Answers| p99(living.iter().filter_map(|bmc| Some(answers.get(bmc)?.0)));
            let (_, answers) = self.sweep(living, "")?;
            without.push(time(&answers));
            let (_, answers) = self.sweep(&mixed, "--within 5")?;
            among.push(time(&answers));
            let ok = |bmc: &&SocketAddr| answers.get(bmc).is_some_and(|(_, how)| how == "ok");
            let answered = living.iter().filter(ok).count();
            let line = format!("{answered} of {} living answered among dead", living.len());
            report.count(line, answered == living.len());
        }
        let (without, among) = (median(without), median(among));
        report.say(format_args!(
            "p99 of the living, ms: {without:.0} without the dead, {among:.0} with {} of them, ratio {:.2}, goal 1.20",
            mixed.len() - living.len(),
            among / without
        ));
        Ok(())
    }

    /// Each BMC behind a relay that loses a tenth of the datagrams each way.
    pub(crate) fn lossy(&self, report: &mut Report) -> Tried {
        let mut seeds = 1..;
        let mut relays = || -> Vec<Relay> {
            let bmcs = self.bmcs.iter().cycle().take(LOSSY);
            bmcs.zip(&mut seeds)
                .map(|(bmc, seed)| Relay::start(*bmc, Loss::new(10, seed)))
                .collect()
        };
        let addresses =
            |relays: &[Relay]| -> Vec<SocketAddr> { relays.iter().map(|r| r.address).collect() };
        let (mut answered, mut times) = (0, Vec::new());
        for _ in 0..self.rounds {
            let relays = relays();
            let (_, answers) = self.sweep(&addresses(&relays), "--within 10")?;
            let ok = answers.values().filter(|(_, how)| how == "ok");
            answered += ok.clone().count();
            times.extend(ok.map(|(when, _)| when / 1e3));
        }
        let relays = relays();
        let theirs = measure(&self.theirs(&addresses(&relays)))?;
        let peers = theirs.said.lines().filter(|line| line.ends_with(": off"));
        let all = LOSSY * self.rounds;
        let line = format!(
            "\na tenth lost each way: {answered} of {all} answered, median {:.2} s, longest {:.2} s (goal 10 s); ipmipower {} of {LOSSY} in {:.1} s",
            median(times.iter().copied()),
            times.iter().copied().fold(0.0, f64::max),
            peers.count(),
            theirs.wall
        );
        report.count(line, answered == all);
        Ok(())
    }

    /// Many BMCs at once, with both suites.
    pub(crate) fn simulated(&self, report: &mut Report, count: usize) -> Tried {
        for suite in [3, 17] {
            let simulated = Simulated::start(count)?;
            let (measured, answers) = self.sweep(&simulated.bmcs, &format!("--suite {suite}"))?;
            let answered = answers.values().filter(|(_, how)| how == "ok").count();
            let left = simulated.end()?;
            let Measured {
                wall, cpu, memory, ..
            } = measured;
            let line = format!(
                "{answered} of {count} simulated BMCs answered, suite {suite}, {left} sessions left open: \
                 {wall:.2} s, processor {cpu:.2} s, {:.0} MiB",
                memory / 1024.0
            );
            report.count(line, answered == count && left == 0);
        }
        Ok(())
    }
}

impl Drop for Trials {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
