//! DD3001 to DD3004: what is installed, and under which name and labels.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    CATALOG = 3001, Error, "an image or kernel is not offered",
        why "The server driver can install only what its catalog has. A deployment with anything else fails after the \
             machine is taken.",
        mend "Name an image and kernel of the catalog, or bring the missing one to the server driver.";
    HOST_NAME = 3003, Error, "a name is no host name, or a domain none",
        why "A node's name becomes its host name: one DNS label of 63 letters, digits and inner hyphens. Its domain \
             consists of such labels too, and both together have 253 characters at most. Two nodes with one full name, \
             whatever its case, take each other's traffic.",
        mend "Rename the node, correct the `dns.domain` of the network, or give one of two nodes another primary network.";
    LABEL_CLASH = 3004, Warning, "a label says two things",
        why "The document's metadata and its spec give one label different values, or a label is called as something \
             that selectors know by itself: the rack, the name. A selector sees only one of them.",
        mend "Keep one of the two, or give the label another name.";
}
