//! What a server driver offers, so that a design can be checked against it.

use smol_str::SmolStr;

/// Images and kernels that a server driver can install.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Catalog {
    /// Each image with the kernels it can be installed with.
    pub images: Vec<(SmolStr, Vec<SmolStr>)>,
}

impl Catalog {
    /// A catalog of these images, each with its kernels.
    pub fn new(images: impl IntoIterator<Item = (SmolStr, Vec<SmolStr>)>) -> Self {
        Self {
            images: images.into_iter().collect(),
        }
    }
}
