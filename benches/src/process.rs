//! What the kernel says of this process. On systems without `/proc` every figure is 0.

use std::fs;

/// The most memory that was ever resident, in bytes (`VmHWM`).
pub fn peak_memory() -> u64 {
    status("VmHWM:")
}

/// The memory that is resident now, in bytes (`VmRSS`).
pub fn memory() -> u64 {
    status("VmRSS:")
}

/// The processor time that all threads together have used, in seconds; it counts in hundredths.
pub fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: fields 14 and 15 of proc(5), in ticks of 1/100 s.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// A figure of `/proc/self/status` that is in kB there, in bytes.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    kilobytes
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
        * 1024
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_has_memory() {
        assert!(super::memory() > 0 && super::peak_memory() > 0);
        assert!(super::cpu() < 1e6);
    }
}
