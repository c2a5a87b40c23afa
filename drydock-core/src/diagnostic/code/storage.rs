//! DD1001 to DD1011: disks, bonds, the kernel's parameters, and which machine a node is.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    ROOT_FILE_SYSTEM = 1001, Error, "a node has no fitting root file system",
        why "An operating system is installed into the file system at `/`. Without one, or with one below 20 GB, or a \
             `/boot` below 1 GB, the installation fails after the disks are wiped.",
        mend "Give a partition or logical volume `filesystem: {mountpoint: /}` and enough room.";
    VOLUME_GROUP = 1002, Error, "a disk, partition and volume group do not fit together",
        why "A disk is either divided into partitions or whole in a volume group, a partition holds a file system or \
             belongs to a group, and a group lives on at least one of them. Anything else cannot be built.",
        mend "Name a volume group that exists, give a group a disk or partition, or remove one of two uses.";
    SIZES = 1003, Error, "sizes do not fit on their disk",
        why "More than the whole disk or volume group is given away, or a part has no size or nothing of it.",
        mend "Write a size for each part, with percentages that add up to 100 at most, and to less beside fixed sizes. A \
              part that is to take what the others leave has a size such as `>20g`.";
    MOUNTPOINT = 1004, Error, "a mount point is used twice",
        why "Of two file systems at one place the second hides the first, and which is second depends on the boot.",
        mend "Mount one of them elsewhere. With a trailing `/` it is the same place.";
    BOND_OPTIONS = 1006, Error, "options of a bond do not fit its mode",
        why "The kernel ignores options that the bond's mode does not have, and rounds delays down to multiples of \
             `mon_rate`, so the bond would not behave as written.",
        mend "Remove the option, choose the mode that it belongs to, or write a multiple of `mon_rate`.";
    LINK_NETWORKS = 1007, Error, "a network is on two links, or not on the one that carries it",
        why "A network belongs to one link, which says how its packets are tagged. An interface on a link that does not \
             exist or does not allow the network would not reach it.",
        mend "Correct the name of the link, or list the network in `allowed_networks` of the link that carries it, and of \
              no other.";
    HUGE_PAGES = 1008, Error, "hugepages and hugepagesz belong together",
        why "To the kernel the number of huge pages means nothing without their size, and the other way round: it would \
             take its default for the other.",
        mend "Write both in `platform.kernel_params`, and of several sizes a number for each, in one order.";
    BOOT_DRIVE = 1009, Error, "two disks are named as the boot drive",
        why "Firmware boots from one disk. With two named, the boot loader may be written to the wrong one.",
        mend "Leave the label `bootdrive` on one disk.";
    SLAVE_TWICE = 1010, Error, "a NIC belongs to two interfaces",
        why "A NIC can be part of one interface only; the operating system would set up one of the two and drop the \
             other.",
        mend "Give each interface NICs of its own.";
    MACHINE_TWICE = 1011, Error, "two nodes are one machine",
        why "Before a step that destroys, the machine that answers is compared with the designed one by serial number and \
             boot MAC. A machine that two nodes name is right for both of them, so the one's disks would be wiped for the \
             other.",
        mend "Look at the machines, and write for each node its own `spec.serial` and `spec.metadata.boot_mac`.";
}
