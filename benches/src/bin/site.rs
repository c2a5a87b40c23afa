//! Writes a generated site to a folder.
//!
//! `site --nodes N --out DIR [--profile-depth N] [--networks N] [--racks N]`

use drydock_benches::{SiteSpec, stages};
use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

const USAGE: &str =
    "usage: site --nodes N --out DIR [--profile-depth N] [--networks N] [--racks N]";

fn main() -> ExitCode {
    let done = arguments(env::args().skip(1)).and_then(|(spec, out)| {
        let size = write(spec, &out).map_err(|error| format!("{}: {error}", out.display()))?;
        Ok(format!(
            "{} nodes, {size} bytes in {}\n",
            spec.nodes,
            out.display()
        ))
    });
    match done {
        Ok(text) => {
            let _ = io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(message) => {
            let _ = writeln!(io::stderr(), "error: {message}");
            ExitCode::from(2)
        }
    }
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<(SiteSpec, PathBuf), String> {
    let (mut nodes, mut out) = (None, None);
    let (mut profile_depth, mut networks, mut racks) = (None, None, None);
    while let Some(name) = given.next() {
        let value = given.next().ok_or(USAGE)?;
        let number = || {
            value
                .parse()
                .map_err(|_| format!("{name} {value} is no number"))
        };
        match &*name {
            "--nodes" => nodes = Some(number()?),
            "--profile-depth" => profile_depth = Some(number()?),
            "--networks" => networks = Some(number()?),
            "--racks" => racks = Some(number()?),
            "--out" => out = Some(PathBuf::from(value)),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let usual = SiteSpec::new(nodes.ok_or(USAGE)?);
    let spec = SiteSpec {
        profile_depth: profile_depth.unwrap_or(usual.profile_depth),
        networks: networks.unwrap_or(usual.networks),
        racks: racks.unwrap_or(usual.racks),
        ..usual
    };
    spec.check()?;
    Ok((spec, out.ok_or(USAGE)?))
}

/// Writes the files and says how many bytes that were.
fn write(spec: SiteSpec, out: &Path) -> io::Result<u64> {
    let mut size = 0;
    for file in spec.each_file() {
        let path = out.join(&file.0);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, &file.1)?;
        size += stages::bytes(&[file]);
    }
    Ok(size)
}
