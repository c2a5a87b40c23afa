//! What `ipmi_sim` (Debian's openipmi 2.0.33) is told: its configuration, its device, its sensors, its machine.
//!
//! Its reader cuts user names after 15 octets, passwords after 19, and keys after 19.

/// The users of every simulator: name, password, privilege. The first is number 2.
pub(crate) const USERS: [(&str, &str, &str); 4] = [
    ("admin", "password", "admin"),
    ("oper", "operpw", "operator"),
    ("ro", "ropw", "user"),
    ("len15userabcdef", "nineteenbytepasswd1", "admin"),
];

/// `lan.conf` of one BMC.
pub(crate) fn configuration(
    number: usize,
    address: std::net::SocketAddr,
    k_g: Option<&str>,
    chassis: Option<&str>,
    console: Option<u16>,
) -> String {
    let (ip, port) = (address.ip(), address.port());
    let guid = guid(number);
    let mut text = format!(
        "name \"bmc{number}\"\nset_working_mc 0x20\n startlan 1\n  addr {ip} {port}\n  priv_limit admin\n"
    );
    for level in ["callback", "user", "operator", "admin"] {
        text += &format!("  allowed_auths_{level} none md2 md5 straight\n");
    }
    text += &format!("  guid {guid}\n");
    if let Some(k_g) = k_g {
        text += &format!("  bmc_key \"{k_g}\"\n");
    }
    text += " endlan\n";
    if let Some(program) = chassis {
        text += &format!(" chassis_control \"{program}\"\n");
    }
    if let Some(port) = console {
        text += &format!(" sol \"tcp:127.0.0.1:{port}\" 115200\n");
    }
    text += " user 1 false \"\" \"test\" user 10 none md2 md5 straight\n";
    for (id, (name, password, privilege)) in (2..).zip(USERS) {
        text += &format!(
            " user {id} true \"{name}\" \"{password}\" {privilege} 10 none md2 md5 straight\n"
        );
    }
    text
}

/// What BMC `number` gives as its GUID, as 32 hexadecimal digits in the order of the wire.
pub(crate) fn guid(number: usize) -> String {
    format!("d00d{number:028x}")
}

/// The program that `ipmi_sim` asks for power and boot device: `chassis.sh FOLDER get|set NAME [VALUE]...`.
pub(crate) const CHASSIS: &str = r#"#!/bin/sh
folder=$1 what=$2
shift 2
while [ $# -gt 0 ]; do
    if [ "$what" = get ]; then
        case $1 in
        power) echo "power:$(cat "$folder/power")" ;;
        boot) echo "boot:$(cat "$folder/boot")" ;;
        *) echo "unknown: $1"; exit 1 ;;
        esac
        shift
    else
        echo "$1 $2" >>"$folder/events"
        case $1 in
        power | boot) echo "$2" >"$folder/$1" ;;
        shutdown) echo 0 >"$folder/power" ;;
        reset | identify) ;;
        *) echo "unknown: $1"; exit 1 ;;
        esac
        shift 2
    fi
done
"#;

/// The device: Get Device ID, three SEL entries, five sensors, and FRU 0 with chassis, board and product.
pub(crate) fn device() -> String {
    let none = "000000000000000";
    let four = "000000000001111";
    let nine = "000111111111111";
    let fru: Vec<String> = fru().iter().map(|octet| format!("0x{octet:02x}")).collect();
    let fru = fru.join(" ");
    format!(
        "mc_setbmc 0x20
mc_add 0x20 0x20 no-device-sdrs 0x01 2 0x11 0x9f 0x2a7c 0x0b01 persist_sdr
sel_enable 0x20 1000 0x0a
sensor_add 0x20 0 0 35 0x6f event-only
sensor_set_event_support 0x20 0 0 enable scanning per-state {four} {none} {four} {none}
sensor_add 0x20 0 1 0x01 0x01
sensor_set_value 0x20 0 1 0x2d 0
sensor_set_threshold 0x20 0 1 settable 111111 0x64 0x5a 0x50 0x0a 0x05 0x00
sensor_set_event_support 0x20 0 1 enable scanning per-state {nine} {nine} {nine} {nine}
sensor_add 0x20 0 2 0x04 0x01
sensor_set_value 0x20 0 2 0x50 0
sensor_set_threshold 0x20 0 2 readable 000011 0 0 0 0 0x14 0x0a
sensor_set_event_support 0x20 0 2 enable scanning per-state {four} {four} {four} {four}
sensor_add 0x20 0 3 0x02 0x01
sensor_set_value 0x20 0 3 0xc8 0
sensor_set_event_support 0x20 0 3 enable scanning per-state {none} {none} {none} {none}
sensor_add 0x20 0 4 0x08 0x6f
sensor_set_bit_clr_rest 0x20 0 4 0 1 0
sensor_set_event_support 0x20 0 4 enable scanning per-state {four} {four} {four} {four}
sel_add 0x20 2 0 0 0 0 0x20 0 4 0x01 0x01 0x01 0x57 0x55 0x50
sel_add 0x20 2 0 0 0 0 0x20 0 4 0x08 0x04 0x6f 0x00 0xff 0xff
sel_add 0x20 2 0 0 0 0 0x20 0 4 0x08 0x04 0xef 0x00 0xff 0xff
mc_add_fru_data 0x20 0 512 data {fru}
mc_enable 0x20
"
    )
}

/// A FRU of three areas (Platform Management FRU Information Storage Definition §8): their texts stand in the tests.
fn fru() -> Vec<u8> {
    let chassis = area(&[0x01, 0x00, 0x17], &["CHPART", "CHSER01"]);
    let board = area(
        &[0x01, 0x00, 0x19, 0, 0, 0],
        &["Drydock", "LabBoard", "BRDSER01", "BRDPN", "F"],
    );
    let product = area(
        &[0x01, 0x00, 0x19],
        &[
            "Drydock",
            "LabServer",
            "PN-1",
            "v1",
            "SN-0001",
            "ASSET",
            "F",
        ],
    );
    let board_at = 1 + chassis.len() / 8;
    let product_at = board_at + board.len() / 8;
    let mut head = vec![0x01, 0, 0x01, board_at as u8, product_at as u8, 0, 0];
    head.push(zero_sum(&head));
    [head, chassis, board, product].concat()
}

fn area(head: &[u8], texts: &[&str]) -> Vec<u8> {
    let mut area = head.to_vec();
    for text in texts {
        area.push(0xc0 | text.len() as u8);
        area.extend(text.as_bytes());
    }
    area.push(0xc1);
    while area.len() % 8 != 7 {
        area.push(0);
    }
    area[1] = (area.len() / 8 + 1) as u8;
    area.push(zero_sum(&area));
    area
}

/// What makes the sum zero.
fn zero_sum(octets: &[u8]) -> u8 {
    octets
        .iter()
        .fold(0_u8, |sum, octet| sum.wrapping_sub(*octet))
}

/// The sensors' records, for `sdrcomp`.
pub(crate) fn records() -> String {
    let device = "sdr type 18
device_slave_address 0x20
device_channel_number 0
chassis true
fru_inventory true
sel true
sdr true
sensor true
entity_id system_board
entity_instance 1
id_string \"drydock-lab\"
endsdr
sdr type 3
sensor_owner_id 0x20
sensor_owner_lun 0
channel_number 0
sensor_number 0
entity_id system_board
entity_instance 1
sensor_type Watchdog_2
event_reading_type_code 0x6f
id_string \"watchdog\"
endsdr
";
    let state = "sdr type 2
sensor_owner_id 0x20
sensor_owner_lun 0
channel_number 0
sensor_number 4
entity_id power_supply
entity_instance 1
sensor_type Power_Supply
event_reading_type_code 0x6f
event0_state_ret true
assert_event0 true
deassert_event0 true
event1_state_ret true
assert_event1 true
deassert_event1 true
id_string \"PSU1\"
endsdr
";
    let temperature = linear(
        1,
        "processor",
        "Temperature",
        "settable",
        "degrees_C",
        (1, 0),
        "CPU1 Temp",
    );
    let fan = linear(2, "29", "Fan", "readable", "RPM", (100, 0), "FAN1");
    let rail = linear(3, "system_board", "Voltage", "no", "Volts", (6, -2), "12V");
    [device, &temperature, &fan, &rail, state].concat()
}

/// A sensor whose reading is its raw value times `m` times ten to the power of `exponent`.
fn linear(
    number: u8,
    entity: &str,
    kind: &str,
    thresholds: &str,
    unit: &str,
    (m, exponent): (u8, i8),
    name: &str,
) -> String {
    format!(
        "sdr type 1
sensor_owner_id 0x20
sensor_owner_lun 0
channel_number 0
sensor_number {number}
entity_id {entity}
entity_instance 1
sensor_type {kind}
init_scanning true
init_sensor_type true
default_sensor_scan_on true
sensor_threshold_access {thresholds}
event_reading_type_code 1
analog_data_format unsigned
rate_unit none
modifier_unit none
percentage false
base_unit {unit}
modifier_unit_code unspecified
linearization linear
m {m}
tolerance 0
b 0
accuracy 1
accuracy_exp 0
sensor_direction input
r_exp {exponent}
b_exp 0
sensor_maximum 255
sensor_minimum 0
id_string \"{name}\"
endsdr
"
    )
}
