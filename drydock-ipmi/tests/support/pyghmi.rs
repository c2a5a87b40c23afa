//! A BMC of pyghmi: a second implementation of suite 3 that shares no code with the others.

use super::{answers, keeper::Keeper, peer};
use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    path::PathBuf,
    process::Command,
};

/// Power and boot device; user `admin`, password `password`. It writes what is asked of the machine to the file `events`.
const PROGRAM: &str = r#"
import sys
from pyghmi.ipmi import bmc


class Machine(bmc.Bmc):
    power = "off"
    device = "default"

    def note(self, what):
        with open("events", "a") as events:
            print(what, file=events)

    def get_power_state(self):
        return self.power

    def power_on(self):
        self.power = "on"
        self.note("on")

    def power_off(self):
        self.power = "off"
        self.note("off")

    def power_cycle(self):
        self.note("cycle")

    def power_reset(self):
        self.note("reset")

    def power_shutdown(self):
        self.power = "off"
        self.note("soft")

    def get_boot_device(self):
        return self.device

    def set_boot_device(self, device):
        self.device = device
        self.note("boot " + str(device))


Machine({"admin": "password"}, port=int(sys.argv[1])).listen()
"#;

#[derive(Debug)]
pub(crate) struct Pyghmi {
    pub(crate) bmc: SocketAddr,
    keeper: Keeper,
}

impl Pyghmi {
    /// Returns when it answers; none where pyghmi is not installed for `python3` or what `DRYDOCK_PYTHON` names.
    pub(crate) fn start() -> Option<Self> {
        let python = match env::var_os("DRYDOCK_PYTHON") {
            Some(python) => PathBuf::from(python),
            None => peer::find("python3", "python3")?,
        };
        let imported = Command::new(&python)
            .args(["-c", "import pyghmi.ipmi.bmc"])
            .output();
        if !imported.is_ok_and(|done| done.status.success()) {
            let python = python.display();
            peer::missing(&format!(
                "pyghmi is missing: {python} -m pip install pyghmi"
            ));
            return None;
        }
        let folder = Keeper::folder();
        fs::write(folder.join("bmc.py"), PROGRAM).expect("a file");
        fs::write(folder.join("events"), "").expect("a file");
        // It listens at all addresses, so its port has to be one that nobody has anywhere.
        let port = UdpSocket::bind("[::]:0")
            .and_then(|socket| socket.local_addr())
            .expect("a port")
            .port();
        let program = format!("{} -u bmc.py {port} >log 2>&1", python.display());
        let keeper = Keeper::start(folder, &[program]);
        let bmc = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        answers::wait(&[bmc]);
        Some(Self { bmc, keeper })
    }

    /// What was asked of the machine, a line each.
    pub(crate) fn events(&self) -> String {
        let events = fs::read_to_string(self.keeper.path().join("events")).expect("its events");
        events.trim().to_owned()
    }
}
