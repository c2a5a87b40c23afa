//! A plan as a picture, drawn without graphviz: a lane a node, a column a rank (how many steps have to come before, one
//! after the other), risk by colour and shape, the critical path marked.
//!
//! `fold` decides what shares a lane (`alike`), `layout` where it stands, `route` how what waits is led to what it waits for,
//! `draw`, `lines` and `header` write it. All lengths are whole pixels, so the bytes are the same on every machine.

mod alike;
mod draw;
mod fold;
mod header;
mod layout;
mod lines;
mod measure;
mod pen;
mod route;
#[cfg(test)]
mod tests;

use super::{PlanDisplay, lanes};

pub(super) fn svg(display: PlanDisplay<'_>) -> String {
    let timing = display.timing();
    let groups = lanes::groups(display.plan, display.design);
    let sheet = fold::sheet(display.plan, &timing, &groups);
    let routes = route::routes(&sheet);
    let layout = layout::layout(&sheet, &routes);
    draw::draw(display.plan, &timing, &sheet, &routes, &layout)
}
