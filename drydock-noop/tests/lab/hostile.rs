//! Whatever is written to a lab's socket: a clear error, and the lab goes on.

use crate::{Served, serve, site};
use drydock_noop::SimulatedSite;
use std::{path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    time::timeout,
};

const HELLO: &[u8] = b"{\"drydock-lab\":1}\n";

/// What a lab says to a client that writes this and then listens.
async fn says(path: &Path, lines: &[&[u8]]) -> Vec<serde_json::Value> {
    let stream = UnixStream::connect(path).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let lines = lines.concat();
    // The lab may hang up in the middle of what it does not want.
    let writes = async {
        let _ = write.write_all(&lines).await;
        let _ = write.shutdown().await;
    };
    let mut said = String::new();
    let reads = read.read_to_string(&mut said);
    let both = async { tokio::join!(writes, reads) };
    let (_, end) = timeout(Duration::from_secs(60), both)
        .await
        .expect("it hangs");
    // It hangs up hard where it leaves something unread.
    let _ = end;
    said.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn error(said: &serde_json::Value) -> &str {
    said["error"]["message"]
        .as_str()
        .unwrap_or_else(|| panic!("{said}"))
}

async fn lab() -> Served {
    let design = site::design();
    serve(SimulatedSite::new(&design), &design).await
}

#[tokio::test]
async fn the_first_line_says_the_version() {
    let lab = lab().await;
    for (line, words) in [
        (
            &b"{\"drydock-lab\":2}\n"[..],
            "version 2 is not spoken here, only 1",
        ),
        (
            b"{\"call\":\"nodes\"}\n",
            "the first line is not {\"drydock-lab\":1}",
        ),
        (b"GET / HTTP/1.1\r\n\r\n", "the first line is not"),
        (b"\n", "the first line is not"),
        (b"\xff\xfe\x00\n", "the first line is not"),
        (b"{\"drydock-lab\":1,\"more\":2}\n", "the first line is not"),
        (b"{\"drydock-lab\":-1}\n", "the first line is not"),
    ] {
        let said = says(&lab.path, &[line, b"{\"call\":\"nodes\"}\n"]).await;
        assert_eq!(said[0]["drydock-lab"], 1);
        assert_eq!(said.len(), 2, "it hangs up then");
        assert!(error(&said[1]).contains(words), "{said:?}");
    }
}

#[tokio::test]
async fn what_is_no_call_is_told_and_the_next_call_is_answered() {
    let lab = lab().await;
    let deep = "[".repeat(100_000) + "\n";
    let nested = format!(
        "{{\"call\":\"advance\",\"ms\":{}1{}}}\n",
        "[".repeat(9999),
        "]".repeat(9999)
    );
    let cx = r#""cx":{"operation":"r/1"}"#;
    let made = [
        format!("{{\"call\":\"observe-servers\",{cx}}}\n"),
        format!("{{\"call\":\"observe-servers\",{cx},\"nodes\":[7]}}\n"),
        format!("{{\"call\":\"observe-servers\",{cx},\"nodes\":[],\"more\":1}}\n"),
        format!("{{\"call\":\"set-power\",{cx},\"node\":{{\"name\":\"control\"}},\"action\":\"on\"}}\n"),
        format!("{{\"call\":\"set-power\",{cx},\"node\":{{\"name\":\"x\",\"design\":\"\"}},\"action\":\"burn\"}}\n"),
        r#"{"call":"catalog","cx":{"operation":"r/1","fence":-1}}"#.to_owned() + "\n",
        r#"{"call":"catalog","cx":{"operation":"r/1","now":{"secs":18446744073709551615,"nanos":4000000000}}}"#.to_owned() + "\n",
    ];
    let mut lines: Vec<&[u8]> = vec![
        b"\n",
        b"x\n",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b"7\n",
        b"\"nodes\"\n",
        b"\xff\xfe\n",
        b"\x00\x00\x00\n",
        b"{\"call\":\"explode\"}\n",
        b"{\"call\":7}\n",
        b"{\"call\":\"nodes\"\n",
        b"{\"call\":\"advance\"}\n",
        b"{\"call\":\"advance\",\"ms\":-1}\n",
        b"{\"call\":\"advance\",\"ms\":1e400}\n",
        deep.as_bytes(),
        nested.as_bytes(),
    ];
    lines.extend(made.iter().map(|line| line.as_bytes()));
    for line in &lines {
        let said = says(&lab.path, &[HELLO, line, b"{\"call\":\"nodes\"}\n"]).await;
        let shown = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
        assert_eq!(said.len(), 3, "{shown}: {said:?}");
        assert!(
            error(&said[1]).starts_with("a line is not a call: "),
            "{shown}: {said:?}"
        );
        assert_eq!(said[2]["ok"].as_array().unwrap().len(), 3, "{shown}");
    }
    let counts = lab.site.counts().await.unwrap();
    assert_eq!(counts.not_understood, lines.len() as u64);
    assert!(lab.world.applied().is_empty());
}

/// Calls that can be read and make no sense.
#[tokio::test]
async fn senseless_calls_are_answered() {
    let lab = lab().await;
    let cx = r#""cx":{"operation":"","fence":18446744073709551615,"now":{"secs":18446744073709551615,"nanos":999999999},"deadline":{"secs":18446744073709551615,"nanos":999999998}}"#;
    let port = r#"{"port":{"switch":"","port":"","node":"nobody","untagged":"nowhere","tagged":["pxe","pxe"],"lag":null,"phase":"boot"}}"#;
    let lines = [
        (format!("{{\"call\":\"catalog\",{cx}}}\n"), true),
        (
            format!(
                "{{\"call\":\"observe-servers\",{cx},\"nodes\":[\"control\",\"\",\"control\",\"nobody\"]}}\n"
            ),
            true,
        ),
        (
            format!("{{\"call\":\"observe-machines\",{cx},\"nodes\":[\"\",\"control\"]}}\n"),
            true,
        ),
        (
            format!(
                "{{\"call\":\"observe-networks\",{cx},\"targets\":[{port},{{\"network\":{{\"name\":\"x\",\"design\":\"\"}}}}]}}\n"
            ),
            true,
        ),
        (
            format!("{{\"call\":\"unclaimed\",{cx},\"known\":[]}}\n"),
            true,
        ),
        (
            format!(
                "{{\"call\":\"apply-network\",{cx},\"target\":{port},\"action\":\"ensure\",\"seen\":{{}}}}\n"
            ),
            false,
        ),
        (
            format!(
                "{{\"call\":\"apply-server\",{cx},\"node\":{{\"name\":\"control\",\"design\":\"x\"}},\"action\":\"deploy\",\"seen\":{{}}}}\n"
            ),
            false,
        ),
        (
            "{\"call\":\"compare\",\"nodes\":[],\"networks\":[]}\n".to_owned(),
            true,
        ),
        (
            "{\"call\":\"advance\",\"ms\":18446744073709551615}\n".to_owned(),
            false,
        ),
    ];
    for (line, is_fine) in &lines {
        let said = says(&lab.path, &[HELLO, line.as_bytes()]).await;
        assert_eq!(said.len(), 2, "{line}: {said:?}");
        match is_fine {
            true => assert!(!said[1]["ok"].is_null(), "{line}: {said:?}"),
            false => assert!(!error(&said[1]).is_empty(), "{line}: {said:?}"),
        }
    }
    let bulk = says(&lab.path, &[HELLO, lines[1].0.as_bytes()]).await;
    let states: Vec<_> = bulk[1]["ok"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seen| &seen["ok"]["state"])
        .collect();
    assert_eq!(states, ["new", "absent", "new", "absent"]);
    assert_eq!(lab.site.nodes().await.unwrap(), lab.world.nodes());
}

#[tokio::test]
async fn a_line_without_end_is_cut_off_and_half_a_line_is_none() {
    let lab = lab().await;
    let endless = vec![b'x'; (16 << 20) + 2];
    let said = says(&lab.path, &[HELLO, &endless]).await;
    // It may hang up before this side has read why.
    if let Some(said) = said.get(1) {
        assert!(error(said).contains("longer than 16777216 bytes"), "{said}");
    }
    let half = br#"{"call":"advance","ms":1000}"#;
    let said = says(&lab.path, &[HELLO, half]).await;
    assert_eq!(said.len(), 1);
    assert_eq!(lab.site.nodes().await.unwrap().len(), 3);
    assert_eq!(lab.site.counts().await.unwrap().not_understood, 1);
}

#[tokio::test]
async fn many_calls_at_once_in_one_connection_are_answered_in_order() {
    let lab = lab().await;
    let lines: &[&[u8]] = &[
        HELLO,
        b"{\"call\":\"nodes\"}\n{\"call\":\"networks\"}\n{\"call\":\"counts\"}\n",
    ];
    let said = says(&lab.path, lines).await;
    assert_eq!(said.len(), 4);
    assert_eq!(said[1]["ok"].as_array().unwrap().len(), 3);
    assert_eq!(said[2]["ok"].as_array().unwrap().len(), 2);
    assert_eq!(said[3]["ok"]["abandoned"], 0);
}

/// Damaged calls from a seed: every one is answered or refused, and the world is served on.
#[tokio::test]
async fn damaged_calls() {
    let lab = lab().await;
    let good = br#"{"call":"observe-servers","cx":{"operation":"r/1","fence":3,"now":{"secs":1,"nanos":2},"deadline":null},"nodes":["control"]}"#;
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for _ in 0..2000 {
        let mut line = good.to_vec();
        for _ in 0..=next(3) {
            let at = next(line.len());
            match next(3) {
                0 => line[at] = next(256) as u8,
                1 => drop(line.remove(at)),
                _ => line.insert(at, b"{}[]\",:0-\\"[next(10)]),
            }
        }
        line.retain(|byte| *byte != b'\n');
        line.push(b'\n');
        let said = says(&lab.path, &[HELLO, &line]).await;
        assert_eq!(said.len(), 2, "{}", String::from_utf8_lossy(&line));
    }
    assert_eq!(lab.site.nodes().await.unwrap().len(), 3);
}
