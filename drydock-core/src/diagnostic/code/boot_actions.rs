//! DD4001 to DD4004: what machines do at their first boot, and which ones.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    NO_BOOT_ACTION = 4001, Note, "a node is in no boot action",
        why "The filter of no boot action chooses the node, so nothing is done at its first boot.",
        mend "Nothing has to be done if that is meant. Else widen a filter, or give the node the labels it asks for.";
    PACKAGE_LIST = 4002, Error, "a package list is not valid",
        why "A package list is a map of packages to versions. In another form nothing would be installed at the first \
             boot, when nobody watches.",
        mend "Write `PACKAGE: VERSION` for each package, with `null` for any version.";
    ASSET = 4003, Error, "an asset is not complete",
        why "An asset without content, with a path that is not absolute or a template that does not compile fails at the \
             first boot, on every node that the action chooses.",
        mend "Give it what the message names as missing, or correct the template.";
    SELECTS_NOTHING = 4004, Warning, "a filter selects no node",
        why "Nothing has the names, labels or tags that the filter asks for, so it has no effect. Often one word of it is \
             misspelled.",
        mend "Correct the filter, or remove what it belongs to.";
}
