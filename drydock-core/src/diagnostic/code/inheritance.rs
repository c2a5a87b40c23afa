//! DD0501 to DD0511: profiles, references between documents, and what several sources say.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    UNKNOWN_PARENT = 501, Error, "a host profile does not exist",
        why "A profile or node inherits from a profile that no document defines, so all that it was to bring is missing.",
        mend "Correct the name, or write the HostProfile.";
    PROFILE_CYCLE = 502, Error, "host profiles inherit from themselves",
        why "A profile that is its own ancestor has no order in which its documents could be merged.",
        mend "Remove one of the marked parents.";
    UNKNOWN_HARDWARE_PROFILE = 503, Error, "a hardware profile does not exist",
        why "Device aliases, CPU sets and huge pages come from the hardware profile. Without it no NIC and no disk of the \
             node can be found.",
        mend "Correct the name, or write the HardwareProfile.";
    DANGLING_ALIAS = 504, Error, "a device alias does not exist",
        why "The name is neither an alias of the node's hardware profile nor a name that an operating system gives to a \
             device, so no NIC or disk would be found by it.",
        mend "Correct the name, or add it to `device_aliases` of the hardware profile.";
    REMOVES_NOTHING = 505, Warning, "a removal removes nothing",
        why "What is to be removed was not inherited, so the removal has no effect. Either it is a leftover, or its name \
             is wrong and what was meant to go is still there.",
        mend "Leave the removal out, or correct its name.";
    SOURCE_CONFLICT = 506, Error, "sources disagree",
        why "Two sources give the same field different values, or one writes a field that another one owns. Whichever \
             was taken, somebody would be wrong about what is deployed.",
        mend "Correct one of the sources, or state which of them owns the field or has precedence.";
    BAD_REFERENCE = 507, Error, "a reference leads nowhere",
        why "The design refers to an entry of a hardware profile, or to a network, that nothing defines, so there is \
             no value to use.",
        mend "Correct the reference, or define what it names.";
    NOT_INHERITABLE = 508, Error, "a field stands where it is not allowed",
        why "Addresses, cables, serial numbers and boot MACs belong to one machine. In a profile they would be given to \
             every node that inherits from it.",
        mend "Move the field into the BaremetalNode that it is about.";
    UNUSED_PROFILE = 509, Note, "a profile is not used",
        why "No node inherits from the profile, so nothing that it says takes effect. It was checked all the same.",
        mend "Nothing has to be done. Remove the profile if it is a leftover, or name it in the node it was meant for.";
    NO_FREE_ADDRESS = 510, Error, "a network has no free address",
        why "The node asks for an address, and every address of the network's static ranges is written down, given \
             away, or reserved.",
        mend "Widen a static range of the network, take back allocations of nodes that are gone, or write the address.";
    STALE_SOURCE = 511, Warning, "a source is not available, so its last good state is used",
        why "The source could not be loaded, so the design says what it said when it could last be: what has changed \
             there since is not known.",
        mend "See why the source does not answer, and load again; the finding says how old its state is.";
}
