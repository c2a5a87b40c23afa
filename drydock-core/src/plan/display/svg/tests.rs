//! What holds of every picture: it is XML, no text lies over another or sticks out of its box, and every step is in it.

use super::{fold, header, lanes, layout, measure, route};
use crate::plan::{
    Plan,
    tests::{any_plan, plan_of},
    timing::{Durations, Timing},
};
use proptest::prelude::*;

/// A written text: its box on the picture, and what it says.
#[derive(Debug)]
struct Written {
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    text: String,
}

fn attribute(element: &str, name: &str) -> Option<i32> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    rest.split_once('"')?.0.parse().ok()
}

fn written(svg: &str) -> Vec<Written> {
    let elements = svg.split("<text").skip(1);
    let written = |element: &str| {
        let (head, rest) = element.split_once('>').unwrap();
        let text = rest.split_once("</text>").unwrap().0;
        let text = text
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");
        let (x, y) = (attribute(head, "x").unwrap(), attribute(head, "y").unwrap());
        let size = attribute(head, "font-size").unwrap();
        let width = measure::width(&text, size, head.contains("bold"));
        let left = if head.contains("middle") {
            x - width / 2
        } else {
            x
        };
        Written {
            left,
            right: left + width,
            // Above the base what letters need, below it what hangs.
            top: y - size * 3 / 4,
            bottom: y + size / 5,
            text,
        }
    };
    elements.map(written).collect()
}

/// Whether it is one element with everything closed, and no character that XML forbids.
fn is_xml(text: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        let Some((tag, after)) = tag.split_once('>') else {
            return false;
        };
        let entities = before.split('&').skip(1).all(|entity| {
            ["amp;", "lt;", "gt;", "quot;", "#39;"]
                .iter()
                .any(|known| entity.starts_with(known))
        });
        let quotes = tag.matches('"').count().is_multiple_of(2);
        if !entities
            || !quotes
            || before.contains('>')
            || (open.is_empty() && !before.trim().is_empty())
        {
            return false;
        }
        let name = tag
            .split([' ', '/'])
            .find(|name| !name.is_empty())
            .unwrap_or_default();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) if open.pop() != Some(name) => return false,
            (false, false) => open.push(name),
            _ => {}
        }
        rest = after;
    }
    open.is_empty()
        && rest.trim().is_empty()
        && !text.contains(|c: char| c.is_control() && c != '\n')
        && !text.contains(['\u{fffe}', '\u{ffff}'])
}

fn check(plan: &Plan) {
    let svg = plan.display().svg();
    assert!(is_xml(&svg), "{svg}");
    let all = written(&svg);
    let overlap = |a: &Written, b: &Written| {
        a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
    };
    let width = attribute(&svg, "width").unwrap();
    let height = attribute(&svg, "height").unwrap();
    for (n, one) in all.iter().enumerate() {
        assert!(
            one.left >= 0 && one.right <= width && one.top >= 0 && one.bottom <= height,
            "{one:?}"
        );
        for other in &all[n + 1..] {
            assert!(
                !overlap(one, other),
                "{} lies over {}: {one:?}, {other:?}",
                one.text,
                other.text
            );
        }
    }
    inside(plan);
}

/// Every step has its box, every box holds its text and stands alone, and no line of a gutter touches one.
fn inside(plan: &Plan) {
    let timing = Timing::of(plan, &Durations::default());
    let groups = lanes::groups(plan, None);
    let sheet = fold::sheet(plan, &timing, &groups);
    let routes = route::routes(&sheet);
    let layout = layout::layout(&sheet, &routes);
    assert_eq!(layout.boxes.len(), sheet.cells.len());
    for (n, (rect, actions)) in layout.boxes.iter().zip(&layout.actions).enumerate() {
        let text = actions
            .iter()
            .map(|line| measure::width(line, layout::ACTION, false));
        assert!(text.max().unwrap() <= rect.w, "{actions:?} in {rect:?}");
        assert!(measure::width(&sheet.cells[n].note, layout::NOTE, false) <= rect.w);
        for other in &layout.boxes[n + 1..] {
            let apart = rect.right() < other.x
                || other.right() < rect.x
                || rect.y + rect.h < other.y
                || other.y + other.h < rect.y;
            assert!(apart, "{rect:?} {other:?}");
        }
        for x in &layout.trunks {
            assert!(*x < rect.x - 8 || *x > rect.right() + 8, "{x} {rect:?}");
        }
    }
    // Every edge between two boxes is drawn, or follows from the arrows of its lane.
    for &(from, to) in &sheet.edges {
        let by_trunk = routes
            .trunks
            .iter()
            .any(|t| t.from.contains(&from) && t.to.contains(&to));
        let is_drawn = by_trunk || routes.straight.contains(&(from, to));
        assert!(
            is_drawn || sheet.cells[from].row == sheet.cells[to].row,
            "{from} {to}"
        );
    }
    for trunk in &routes.trunks {
        for pair in trunk
            .from
            .iter()
            .flat_map(|from| trunk.to.iter().map(move |to| (*from, *to)))
        {
            assert!(
                sheet.edges.contains(&pair),
                "nothing waits for what it does not need: {pair:?}"
            );
        }
    }
    for &(from, to) in &routes.straight {
        assert!(sheet.edges.contains(&(from, to)));
    }
}

proptest! {
    #[test]
    fn every_picture_can_be_read(plan in any_plan()) {
        check(&plan);
    }

    #[test]
    fn the_other_forms_hold_whatever_names_say(plan in any_plan()) {
        let (shown, steps) = (plan.display(), plan.steps.len());
        let needs: usize = plan.steps.iter().map(|step| step.needs.len()).sum();
        let (text, dot, mermaid) = (shown.text(), shown.dot(), shown.mermaid());
        for form in [&text, &dot, &mermaid] {
            prop_assert!(!form.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{form}");
        }
        // Every line of a graph is one of ours, and every quote is closed on it.
        for line in dot.lines() {
            let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
            prop_assert!(quotes.is_multiple_of(2), "{line}");
        }
        prop_assert_eq!(dot.lines().filter(|line| line.contains(" [label=")).count(), steps);
        prop_assert_eq!(dot.lines().filter(|line| line.starts_with("  s") && line.contains(" -> ")).count(), needs);
        for line in mermaid.lines().filter(|line| line.contains('"')) {
            prop_assert_eq!(line.matches('"').count(), 2, "{}", line);
            let label = line.split('"').nth(1).unwrap().replace("<br>", "");
            prop_assert!(!label.contains(['<', '>', '`', '%', '{', '\\']), "{label}");
        }
        prop_assert_eq!(mermaid.matches(":::").count(), steps);
        let json: serde_json::Value = serde_json::from_str(&shown.json()).unwrap();
        prop_assert_eq!(json["steps"].as_array().unwrap().len(), steps);
        // One more line sums up what is destroyed, where something is.
        let destroys = text.matches("\n!! ").count();
        prop_assert_eq!(&json["risks"]["destructive"], &destroys.saturating_sub(1));
    }
}

#[test]
fn many_nodes_share_a_lane_where_all_is_alike() {
    let names: Vec<String> = (0..100).map(|n| format!("compute-{n:03}")).collect();
    let mut steps: Vec<(&str, &str, &[u32])> =
        vec![("@oob", "ensure", &[]), ("@pxe", "ensure", &[])];
    let needs: Vec<[u32; 1]> = (0..100).map(|n| [2 + 2 * n]).collect();
    for (n, name) in names.iter().enumerate() {
        // The first ten need another network, so they are another lane.
        steps.push((name, "commission", if n < 10 { &[0, 1] } else { &[1] }));
        steps.push((name, "deploy", &needs[n]));
    }
    let plan = plan_of(&steps);
    check(&plan);
    let svg = plan.display().svg();
    assert!(
        svg.contains(">10 nodes</text>") && svg.contains(">90 nodes</text>"),
        "{svg}"
    );
    assert!(svg.contains("compute-099</title>"), "every name is told");
    assert_eq!(
        svg.matches(">network ").count(),
        4,
        "two networks that others need, and their tooltips"
    );
    assert!(svg.len() < 20_000);
}

#[test]
fn an_empty_plan_says_so() {
    let plan = plan_of(&[]);
    check(&plan);
    assert!(header::title(&plan).ends_with("nothing to deploy"));
    assert!(plan.display().svg().contains("Everything is as designed."));
}

/// Each check of a picture finds what it is for.
#[test]
fn broken_pictures_are_found() {
    for broken in [
        "<a><b></a>",
        "<a>&</a>",
        "<a>\u{1b}</a>",
        "<a x=\"1></a>",
        "<a>>",
        "a",
        "<a/>b",
    ] {
        assert!(!is_xml(broken), "{broken}");
    }
    assert!(is_xml("<a x=\"1\"><b/>&amp;</a>\n"));
}
