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
    }
}
