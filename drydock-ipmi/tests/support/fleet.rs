//! A fleet of `ipmi_sim`: one process a BMC, each at an address of its own on loopback.

use super::{answers, console::Console, keeper::Keeper, peer, sim_files};
use std::{fs, net::SocketAddr, path::Path, process::Command};

/// What the simulators have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Equipment {
    /// A key besides the users' passwords.
    pub(crate) k_g: Option<&'static str>,
    /// A machine whose power and boot device can be set; it begins switched off. Without it, the power is off for ever.
    pub(crate) machine: bool,
    /// A console for serial over LAN; all share one.
    pub(crate) console: bool,
}

#[derive(Debug)]
pub(crate) struct Fleet {
    bmcs: Vec<SocketAddr>,
    keeper: Keeper,
    pub(crate) console: Option<Console>,
}

impl Fleet {
    /// Returns when all answer; none where `ipmi_sim` is not installed.
    pub(crate) fn start(count: usize, equipment: &Equipment) -> Option<Self> {
        let program = peer::find("ipmi_sim", "openipmi")?;
        let compiler = peer::find("sdrcomp", "openipmi")?;
        let console = equipment.console.then(Console::start);
        let folder = Keeper::folder();
        let bmcs = answers::free(count);
        fs::write(folder.join("device"), sim_files::device()).expect("a file");
        fs::write(folder.join("chassis.sh"), sim_files::CHASSIS).expect("a file");
        let sensors = compile(&compiler, &folder);
        let mut programs = Vec::new();
        for (number, bmc) in bmcs.iter().enumerate() {
            let state = folder.join(format!("ipmi_sim/bmc{number}"));
            fs::create_dir_all(&state).expect("a folder");
            fs::write(state.join("sdr.20.main"), &sensors).expect("a file");
            fs::write(state.join("power"), "0\n").expect("a file");
            fs::write(state.join("boot"), "default\n").expect("a file");
            fs::write(state.join("events"), "").expect("a file");
            let chassis = equipment.machine.then(|| {
                let folder = folder.display();
                format!("sh {folder}/chassis.sh {}", state.display())
            });
            let port = console.as_ref().map(Console::port);
            let text =
                sim_files::configuration(number, *bmc, equipment.k_g, chassis.as_deref(), port);
            fs::write(folder.join(format!("{number}.conf")), text).expect("a file");
            programs.push(format!(
                "{} -n -c {number}.conf -f device -s . >/dev/null 2>{number}.log",
                program.display()
            ));
        }
        let keeper = Keeper::start(folder, &programs);
        answers::wait(&bmcs);
        Some(Self {
            bmcs,
            keeper,
            console,
        })
    }

    pub(crate) fn bmcs(&self) -> &[SocketAddr] {
        &self.bmcs
    }

    /// What stands in a file of the machine: `power` (0 or 1), `boot`, or `events` (all that was set, a line each).
    pub(crate) fn machine(&self, number: usize, file: &str) -> String {
        let state = self.keeper.path().join(format!("ipmi_sim/bmc{number}"));
        let text = fs::read_to_string(state.join(file)).expect("the machine's state");
        text.trim().to_owned()
    }
}

fn compile(compiler: &Path, folder: &Path) -> Vec<u8> {
    fs::write(folder.join("records"), sim_files::records()).expect("a file");
    let done = Command::new(compiler)
        .args(["-8", "-o", "sensors", "records"])
        .current_dir(folder)
        .output()
        .expect("sdrcomp");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "sdrcomp: {said}");
    fs::read(folder.join("sensors")).expect("compiled records")
}
