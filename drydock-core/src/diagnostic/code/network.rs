//! DD2001 to DD2014: networks, addresses, VLANs, racks and switch ports.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    UNKNOWN_NETWORK = 2001, Error, "a network is not defined or not carried",
        why "An interface or address names a network that no document defines, or that no interface of the node carries, \
             or that two carry. The node would have no way to use it.",
        mend "Correct the name, write the Network, or put the network on exactly one interface.";
    OUTSIDE_CIDR = 2002, Error, "an address lies outside its network",
        why "An address or gateway outside of the network's CIDR cannot be reached directly, so neither can anything \
             behind it. The first and last address of an IPv4 network are its own and its broadcast address.",
        mend "Choose an address inside of the CIDR, or correct the CIDR.";
    MTU = 2003, Error, "an MTU does not fit",
        why "IPv6 needs 1280 bytes at least and no frame has more than 65535. A network's MTU above that of its link, or \
             of an interface that states its own, loses the packets that are too large.",
        mend "Write a number from 1280 to 65535, and for a network none above its link's or interface's.";
    TRUNKING = 2004, Error, "tagged and untagged networks do not fit their link",
        why "Several networks on one link are told apart by VLAN tags, and one at most goes without. Otherwise packets \
             end in the wrong network or nowhere.",
        mend "Write `trunking: {mode: 802.1q}`, give each network but the untagged one a VLAN, and let `default_network` \
              be one that the link allows.";
    DUPLICATE_ADDRESS = 2005, Error, "an address is used twice",
        why "Two machines with one address take each other's packets. Addresses are compared as addresses, however they \
             are spelled; BMCs, gateways and kept allocations count too.",
        mend "Give one of them another address.";
    HOST_BITS = 2006, Error, "a network's address has host bits",
        why "`10.0.0.5/24` is an address inside of a network, not a network. Whether the address or the network was meant \
             cannot be told.",
        mend "Write the network's own address, as the help does.";
    RANGES = 2007, Error, "address ranges do not fit their network",
        why "A range without a type or an end cannot be used. One outside of its network, in reverse or overlapping another makes two answers to who gives an address \
             away. A fixed address inside a dhcp range will be leased to somebody else; one outside of the static ranges \
             is a warning.",
        mend "Write type, start and end. Let ranges lie inside the network, in order and apart, and choose fixed addresses from the static ones.";
    VLAN = 2008, Error, "a VLAN does not fit",
        why "802.1Q has VLANs 1 to 4094. Two networks of one address family with the same VLAN on one link are one network \
             on the wire.",
        mend "Write a number from 1 to 4094 that no other network of the link and family has.";
    PXE_NETWORK = 2009, Error, "a network to boot from gives no addresses",
        why "A machine that boots from the network has no address yet and asks for one. Without a dhcp range or relay \
             nobody answers, and it never boots.",
        mend "Give the network a range of type dhcp, or a `dhcp_relay`.";
    PRIMARY_NETWORK = 2010, Error, "a primary network is not one of the node's",
        why "The node's full name, DNS servers and default route come from its primary network. One that no interface \
             carries gives it none of them.",
        mend "Name a network that an interface carries, or add the network to one.";
    ROUTE_DOMAIN = 2011, Error, "a route leads nowhere",
        why "A route has a destination, a subnet or a route domain, and a gateway to it; without one of them nothing can \
             be routed. A route to a domain stands for one route to each of its networks. With none, nothing is routed.",
        mend "Write `subnet` or `routedomain`, and the `gateway`. Correct the domain's name, or give the networks it leads \
              to this `routedomain`.";
    LOCATION = 2012, Error, "a rack or region does not exist or does not fit",
        why "What stands in a rack or region that nobody describes cannot be found or grouped, and a network that is \
             local to one rack does not reach nodes in another.",
        mend "Correct the name, write the Rack or Region, or use a network that reaches the node's rack.";
    PORT_TWICE = 2013, Error, "a switch port is used twice",
        why "One cable fits into one port, so one of the two attachments is not how the rack is wired.",
        mend "Look at the rack and correct the one that is wrong.";
    UNKNOWN_SWITCH = 2014, Error, "a switch is not in the node's rack",
        why "Attachments name a switch of the node's rack by its key in `tor_switches`. With another name its port cannot \
             be set up.",
        mend "Correct the name, or add the switch to the rack.";
}
