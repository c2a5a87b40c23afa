//! What is installed on a host.

use super::{FreeLists, shape::record};
use smol_str::SmolStr;

record! {
    /// Operating system and kernel.
    pub struct Platform {
        /// The image, as the server driver's catalog names it.
        image: Option<SmolStr>,
        /// The kernel, as the server driver's catalog names it.
        kernel: Option<SmolStr>,
        /// Kernel parameters: `true` is a bare flag, `false` is absent, a list is repeated.
        kernel_params: FreeLists,
    }
}
