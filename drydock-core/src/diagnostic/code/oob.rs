//! DD5001 to DD5004: how machines are reached out of band.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    OOB_IPMI = 5001, Error, "a node's IPMI access is not complete",
        why "Power and boot device are switched through the BMC. Without account, credential, network and an address on \
             that network it cannot be reached.",
        mend "Write what is missing under `oob`, and the BMC's address under `addressing` of the node.";
    OOB_PARAMETERS = 5002, Error, "a node's out-of-band access is not complete",
        why "The type of out-of-band access needs parameters of its own to reach the machine, and one is missing.",
        mend "Write the parameter that the message names under `oob`.";
    OOB_ADDRESS = 5003, Error, "an out-of-band address is used twice",
        why "Two nodes whose BMCs have one address are one machine to whoever switches the power: the wrong one would be \
             turned off or reinstalled.",
        mend "Give each BMC its own address.";
    INLINE_SECRET = 5004, Warning, "a secret is written in the design",
        why "Designs are kept, copied and reviewed. A secret that stands in one is known to everybody who can read it, \
             also after it was removed.",
        mend "Name a secret that the host keeps, `{secret: NAME}`, and change the one that was written down.";
}
