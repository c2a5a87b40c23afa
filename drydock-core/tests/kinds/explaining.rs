//! Where the values of an item came from: along its chain, with what other sources said.

use super::{inheriting, resolved, said};
use drydock_core::{
    FederatedSource, MemorySource,
    names::{DocumentId, Kind},
    resolve::{Allocations, Explanation, ResolvedDesign, resolve_with},
    source::{DesignSource, Load},
};
use std::sync::Arc;

const BASE: &str = "{vendor: acme, seats: 5, regions: [eu, us], terms: {days: 30}, pools: [{name: a, seats: 1, users: [x]}, {name: b}]}";
const TEAM: &str = "{based_on: base, seats: 7, regions: ['!us', asia], pools: {a: {users: [y]}, '!b': {}}, terms: {left: 1}}";

fn explain(design: &Arc<ResolvedDesign>, name: &str, field: &str) -> String {
    let id = DocumentId::new(Kind::Other("acme/v1/License".into()), name);
    match Explanation::of_document(design, &id, &field.parse().unwrap()) {
        Ok(explanation) => explanation.to_string(),
        Err(error) => format!("error: {error}\n"),
    }
}

fn chain() -> Arc<ResolvedDesign> {
    let documents = [
        ("base", BASE),
        ("team", TEAM),
        ("one", "{based_on: [team], seats: 9}"),
    ];
    let found = resolved(&inheriting(), &documents);
    assert_eq!(said(&found), [""; 0]);
    Arc::new(found.design)
}

#[test]
fn an_inherited_item_shows_everyone_who_set_it() {
    assert_eq!(
        explain(&chain(), "one", ""),
        "\
one
  vendor = acme  base.yaml:4:16  inherited from acme/v1/License base
  seats = 9  one.yaml:4:33  set, overrides acme/v1/License team
      before: 7  team.yaml:4:31  set by acme/v1/License team
      before: 5  base.yaml:4:29  set by acme/v1/License base
  regions.eu = eu  base.yaml:4:42  inherited from acme/v1/License base
  regions.us  team.yaml:4:44  inherited from acme/v1/License base, removed by acme/v1/License team
      before: us  base.yaml:4:46  set by acme/v1/License base
  terms.days  team.yaml:4:101  inherited from acme/v1/License base, removed by acme/v1/License team
      before: 30  base.yaml:4:65  set by acme/v1/License base
  pools.a.seats = 1  base.yaml:4:95  inherited from acme/v1/License base
  pools.a.users.x = x  base.yaml:4:106  inherited from acme/v1/License base
  regions.asia = asia  team.yaml:4:51  inherited from acme/v1/License team
  pools.a.users.y = y  team.yaml:4:78  inherited from acme/v1/License team
  terms.left = 1  team.yaml:4:108  inherited from acme/v1/License team
  based_on.0 = team  one.yaml:4:19  set
"
    );
    assert_eq!(
        explain(&chain(), "one", "pools.a.users.y"),
        "one pools.a.users.y\n  pools.a.users.y = y  team.yaml:4:78  inherited from acme/v1/License team\n"
    );
}

#[test]
fn what_holds_for_a_parent_alone_is_no_part_of_an_item() {
    assert_eq!(
        explain(&chain(), "base", "based_on"),
        "error: no document that acme/v1/License base consists of says anything of `based_on`\n"
    );
    assert_eq!(
        explain(&chain(), "team", "based_on"),
        "team based_on\n  based_on.0 = base  team.yaml:4:18  set\n"
    );
    assert_eq!(
        explain(&chain(), "two", ""),
        "error: there is no acme/v1/License two\n"
    );
}

#[test]
fn an_item_of_a_kind_that_does_not_inherit_is_explained_in_one_step() {
    let kinds = super::registered(super::license());
    let found = resolved(
        &kinds,
        &[("base", "{a: 1}"), ("one", "{based_on: base, b: [{c: 2}]}")],
    );
    assert_eq!(
        explain(&Arc::new(found.design), "one", ""),
        "one\n  based_on = base  one.yaml:4:18  set\n  b.0.c = 2  one.yaml:4:32  set\n"
    );
}

#[test]
fn what_other_sources_said_along_the_chain_is_listed() {
    let file = |documents: &[(&str, &str)]| {
        let head = "---\napiVersion: acme/v1\nkind: License\n";
        let document = |(name, spec): &(&str, &str)| {
            format!("{head}metadata: {{name: {name}}}\nspec: {spec}\n")
        };
        documents.iter().map(document).collect::<String>()
    };
    let (a, b) = (
        file(&[
            ("base", "{seats: 5, k: 1, based_on: top}"),
            ("top", "{}"),
            ("one", "{based_on: base, v: 1}"),
        ]),
        file(&[
            ("base", "{seats: 6, based_on: none}"),
            ("one", "{based_on: [base], v: 2}"),
        ]),
    );
    let design = || FederatedSource::new("design");
    let source =
        |name: &str, text: &str| MemorySource::new(name).text(format!("{name}.yaml"), text);
    let all = design()
        .source(source("a", &a))
        .unwrap()
        .source(source("b", &b))
        .unwrap();
    let all = all.precedence(["a"]).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let Load::Loaded { snapshot, .. } = runtime.block_on(all.load(None)).unwrap() else {
        panic!("nothing is known yet");
    };
    let found = resolve_with(&snapshot, &Allocations::default(), &inheriting());
    assert_eq!(said(&found), [""; 0]);
    assert_eq!(
        explain(&Arc::new(found.design), "one", ""),
        "\
one
  seats = 5  a.yaml:5:15  inherited from acme/v1/License base, source a
      outweighed: 6  b.yaml:5:15  by acme/v1/License base, source b
  k = 1  a.yaml:5:21  inherited from acme/v1/License base, source a
  based_on.0 = base  a.yaml:15:18  set, source a
  v = 1  a.yaml:15:27  set, source a
      outweighed: 2  b.yaml:10:29  by acme/v1/License one, source b
"
    );
}
