//! Colours by name. Drawings say `var(--ink)`; the page resolves that with www/tokens.css, and files that leave the page
//! (SVG, PNG) get the light colours of the same file.

use std::fmt::Write;

/// The one file of colours, spacing and type.
pub const CSS: &str = include_str!("../../www/tokens.css");

/// Steps of the diverging scale on either side of its centre.
pub const DIVERGING_STEPS: i32 = 10;

/// Steps of the sequential scale above its first.
pub const SEQUENTIAL_STEPS: i32 = 10;

/// Colours that tell categories apart; more categories repeat them.
pub const CATEGORIES: usize = 8;

/// The light value of a token, for example `ink`.
pub fn light(name: &str) -> Option<&'static str> {
    value(CSS.split("@media").next()?, name)
}

/// The value of a token in a block of declarations.
fn value(block: &'static str, name: &str) -> Option<&'static str> {
    block.lines().find_map(|line| {
        let (key, value) = line.trim().strip_prefix("--")?.split_once(':')?;
        (key == name).then(|| value.trim().trim_end_matches(';'))
    })
}

/// Replaces every `var(--name)` of a drawing by the light value.
pub fn resolve(drawing: &str) -> String {
    let mut out = String::with_capacity(drawing.len());
    let mut rest = drawing;
    while let Some((before, after)) = rest.split_once("var(--") {
        out.push_str(before);
        let Some((name, after)) = after.split_once(')') else { break };
        out.push_str(light(name).unwrap_or("currentColor"));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Fill and text colour of a value on the diverging scale that reaches its ends at ± `limit`.
pub fn diverging(value: f64, limit: f64) -> (String, String) {
    let share = if limit > 0.0 { (value / limit).clamp(-1.0, 1.0) } else { 0.0 };
    let step = (share * f64::from(DIVERGING_STEPS)).round() as i32;
    (format!("var(--d{step})"), format!("var(--dt{step})"))
}

/// Fill and text colour of a value on the sequential scale from `low` to `high`.
pub fn sequential(value: f64, [low, high]: [f64; 2]) -> (String, String) {
    let share = if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
    let step = (share * f64::from(SEQUENTIAL_STEPS)).round() as i32;
    (format!("var(--s{step})"), format!("var(--st{step})"))
}

/// The colour of category `i`.
pub fn category(i: usize) -> String {
    format!("var(--c{})", i % CATEGORIES)
}

type Rgb = [u8; 3];

/// The generated part of the token file, light and dark; `examples/colour_tokens.rs` prints it.
///
/// `diverging` and `sequential` map 0–1 to colours; the categories come as one list for light paper and one for dark.
pub fn generated(
    diverging: &dyn Fn(f64) -> Rgb,
    sequential: &dyn Fn(f64) -> Rgb,
    light_categories: &Vec<Rgb>,
    dark_categories: &Vec<Rgb>,
) -> (String, String) {
    const DARK_NEUTRAL: Rgb = [0x23, 0x28, 0x2e];
    let block = |dark: bool| {
        let mut css = String::new();
        for step in -DIVERGING_STEPS..=DIVERGING_STEPS {
            let share = f64::from(step) / f64::from(DIVERGING_STEPS);
            let colour = if dark {
                let end = diverging(if step < 0 { 0.23 } else { 0.77 });
                mix(DARK_NEUTRAL, end, share.abs())
            } else {
                diverging(0.5 + 0.4 * share)
            };
            scale_step(&mut css, 'd', step, colour);
        }
        for step in 0..=SEQUENTIAL_STEPS {
            let share = f64::from(step) / f64::from(SEQUENTIAL_STEPS);
            let colour = if dark { mix(DARK_NEUTRAL, sequential(0.6), share) } else { sequential(0.9 * share) };
            scale_step(&mut css, 's', step, colour);
        }
        let categories = if dark { dark_categories } else { light_categories };
        for (i, colour) in categories.iter().enumerate() {
            let _ = writeln!(css, "  --c{i}: {};", hex(*colour));
        }
        css
    };
    (block(false), block(true))
}

fn scale_step(css: &mut String, prefix: char, step: i32, colour: Rgb) {
    // Of pure black and white one always has a contrast of at least 4.5.
    const INKS: [Rgb; 2] = [[0, 0, 0], [0xff, 0xff, 0xff]];
    let [dark, white] = INKS;
    let ink = if contrast(dark, colour) >= contrast(white, colour) { dark } else { white };
    let _ = writeln!(css, "  --{prefix}{step}: {};\n  --{prefix}t{step}: {};", hex(colour), hex(ink));
}

fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    let one = |i: usize| (f64::from(from[i]) + (f64::from(to[i]) - f64::from(from[i])) * share).round() as u8;
    [one(0), one(1), one(2)]
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// WCAG 2.2 contrast ratio of two colours, from 1 to 21.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let luminance = |colour: Rgb| {
        let [r, g, b] = colour.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(hex: &str) -> Rgb {
        let byte = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).unwrap();
        [byte(1), byte(3), byte(5)]
    }

    fn dark(name: &str) -> &'static str {
        value(CSS.split("@media (prefers-color-scheme: dark)").nth(1).unwrap(), name).unwrap()
    }

    #[test]
    fn the_steps_are_those_of_colorous() {
        let red_blue = |t| colorous::RED_BLUE.eval_continuous(t).into_array();
        let purples = |t| colorous::PURPLES.eval_continuous(t).into_array();
        let [dark2, set2] = [colorous::DARK2, colorous::SET2].map(|s| s.iter().map(|c| c.into_array()).collect());
        let (light, dark) = generated(&red_blue, &purples, &dark2, &set2);
        let stripped = |css: &str| css.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let file = stripped(CSS);
        assert!(file.contains(stripped(&light).trim()), "run the example colour_tokens and paste its light part");
        assert!(file.contains(stripped(&dark).trim()), "run the example colour_tokens and paste its dark part");
    }

    #[test]
    fn text_on_every_step_has_contrast_aa() {
        let steps = (-10..=10).map(|s| (format!("d{s}"), format!("dt{s}")));
        for (fill, ink) in steps.chain((0..=10).map(|s| (format!("s{s}"), format!("st{s}")))) {
            for of in [&|name: &str| light(name).unwrap(), &dark as &dyn Fn(&str) -> &'static str] {
                let ratio = contrast(rgb(of(&fill)), rgb(of(&ink)));
                assert!(ratio >= 4.5, "{fill}: {ratio}");
            }
        }
    }

    #[test]
    fn ink_quiet_and_accent_have_contrast_aa_on_paper() {
        for of in [&|name: &str| light(name).unwrap(), &dark as &dyn Fn(&str) -> &'static str] {
            for name in ["ink", "quiet", "accent", "helps", "harms", "warn"] {
                for ground in ["paper", "raised"] {
                    let ratio = contrast(rgb(of(name)), rgb(of(ground)));
                    assert!(ratio >= 4.5, "{name} on {ground}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn drawings_that_leave_the_page_have_literal_colours() {
        let resolved = resolve("<rect fill=\"var(--paper)\"/><text fill=\"var(--no-such)\"/>");
        assert_eq!(resolved, "<rect fill=\"#ffffff\"/><text fill=\"currentColor\"/>");
    }

    #[test]
    fn scales_reach_their_ends_and_clamp() {
        assert_eq!(diverging(-0.1, 0.1).0, "var(--d-10)");
        assert_eq!(diverging(0.5, 0.1).0, "var(--d10)");
        assert_eq!(diverging(0.0, 0.0).0, "var(--d0)");
        assert_eq!(sequential(1.0, [0.0, 1.0]).0, "var(--s10)");
        assert_eq!(sequential(1.0, [1.0, 1.0]).0, "var(--s5)");
    }
}
