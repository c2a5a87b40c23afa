//! DD6001 to DD6010: what stands against planning a target. Found by planning, not by validating.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    NO_DRIVER = 6001, Error, "no driver serves a target",
        why "The selectors of the registered drivers leave the node or network out, or no out-of-band driver is for its \
             `oob.type`, so nobody could carry its steps out.",
        mend "Register a driver that fits it, widen a selector, or correct the labels or the `oob.type`.";
    SEVERAL_DRIVERS = 6002, Error, "several drivers serve one target",
        why "Two drivers that work on one machine undo each other's work, and which of them was meant cannot be told.",
        mend "Narrow the drivers' selectors so that one is left.";
    UNSUPPORTED_ACTION = 6003, Error, "a driver cannot take an action",
        why "The driver says, before anything is touched, that it cannot do what the design needs on this target.",
        mend "Choose another driver for the target, or change its design as the message says.";
    DEPENDENCY_CYCLE = 6004, Error, "steps wait for each other",
        why "Each of these nodes is to be deployed after another one of them, so none can be the first.",
        mend "Remove one of the marked dependencies, or narrow its selector.";
    NOT_OBSERVED = 6005, Error, "a target could not be observed",
        why "What is there is not known, or the machine is Broken. Planning without looking could destroy something that \
             is in use, so nothing is planned for it.",
        mend "Mend what the message says and plan again; a Broken machine is released first.";
    DRIFT = 6006, Warning, "a deployed node differs from its design",
        why "Somebody changed the machine, or the design changed after it was deployed. Drift is told and never mended by \
             force, for the machine is in use.",
        mend "Correct the design if the machine is right; else release the node and deploy it again.";
    DEPENDENCY_NOT_MET = 6007, Error, "a node depends on one that is not there",
        why "The node is to be deployed after another one, which is neither deployed nor among those that this plan \
             deploys.",
        mend "Deploy the other one first, or choose it as well.";
    HELD = 6008, Note, "a node must not be touched",
        why "The node or its rack is held, or the node is protected from release or redeploy. What would disrupt or destroy \
             it is left out of the plan, with all that leads there.",
        mend "Leave it where that is meant; else take back `hold` or `protect` where it is written.";
    UNCLAIMED = 6009, Warning, "a server is not in the design",
        why "A driver has a server that no document of the design names, perhaps a node that has left it. Nobody looks after \
             it, and nothing is done to it.",
        mend "Write its document again, or give the server back by hand.";
    NO_IDENTITY = 6010, Error, "nothing says which machine a node is",
        why "Before a step that destroys, the machine that answers is compared with the designed one, by serial number or by \
             the MAC it boots from. The node has neither, so the step could strike any machine: it is left out of the plan, \
             with all that needs it.",
        mend "Write `spec.serial` or `spec.metadata.boot_mac` into the node's document.";
}
