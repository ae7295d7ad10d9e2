//! SVG drawings as PNG, with the fonts of this machine.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Family, Query};
use resvg::usvg::{Options, Tree};

/// PNG files have this many pixels for one of the drawing.
const PIXELS: f32 = 2.0;

/// What "sans-serif" means; the first that the machine has.
const SANS_SERIF: [&str; 6] = ["Noto Sans", "DejaVu Sans", "Liberation Sans", "Segoe UI", "Helvetica", "Arial"];

/// Fonts to draw text with.
pub struct Fonts(Arc<Database>);

impl Fonts {
    /// The machine's; `None` when it has none, and text would be missing.
    pub fn of_this_machine() -> Option<Self> {
        let mut fonts = Database::new();
        fonts.load_system_fonts();
        Self::of(fonts)
    }

    fn of(mut fonts: Database) -> Option<Self> {
        let has = |name: &str| fonts.query(&Query { families: &[Family::Name(name)], ..Query::default() }).is_some();
        let first = || fonts.faces().next().and_then(|f| f.families.first()).map(|(name, _)| name.clone());
        let sans_serif = SANS_SERIF.iter().find(|n| has(n)).map(|n| (*n).to_owned()).or_else(first)?;
        fonts.set_sans_serif_family(sans_serif);
        Some(Self(Arc::new(fonts)))
    }

    /// Draws an SVG file.
    ///
    /// # Errors
    /// It is no SVG, or too large.
    pub fn png(&self, svg: &str) -> anyhow::Result<Vec<u8>> {
        let options = Options { fontdb: Arc::clone(&self.0), ..Options::default() };
        let tree = Tree::from_str(svg, &options)?;
        let size = tree.size();
        let pixels = |length: f32| (length * PIXELS).ceil().max(1.0) as u32;
        let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height()))
            .ok_or_else(|| anyhow::anyhow!("a chart of {} × {} is too large for a PNG", size.width(), size.height()))?;
        resvg::render(&tree, Transform::from_scale(PIXELS, PIXELS), &mut pixmap.as_mut());
        Ok(pixmap.encode_png()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(svg: &str, fonts: &Fonts) -> Pixmap {
        Pixmap::decode_png(&fonts.png(svg).unwrap()).unwrap()
    }

    #[test]
    fn a_png_has_twice_the_pixels_and_the_colours_of_its_drawing() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"><rect width="3" height="2" fill="#ab202e"/></svg>"##;
        let image = drawn(svg, &Fonts(Arc::new(Database::new())));
        assert_eq!((image.width(), image.height()), (6, 4));
        let pixel = image.pixel(5, 3).unwrap();
        assert_eq!([pixel.red(), pixel.green(), pixel.blue()], [0xab, 0x20, 0x2e]);
    }

    #[test]
    fn text_is_drawn_whatever_its_family() {
        let Some(fonts) = Fonts::of_this_machine() else {
            eprintln!("SKIPPED: no fonts on this machine, so this test checked NOTHING");
            return;
        };
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30" font-family="system-ui, 'No Such', sans-serif"><text x="5" y="20">−17.6 ▼</text></svg>"##;
        assert!(drawn(svg, &fonts).pixels().iter().filter(|p| p.alpha() > 128).count() > 100);
    }

    #[test]
    fn a_machine_without_fonts_is_told_apart() {
        assert!(Fonts::of(Database::new()).is_none());
        let mut broken = Database::new();
        broken.load_font_data(b"no font".to_vec());
        assert!(Fonts::of(broken).is_none());
    }

    #[test]
    fn what_is_no_drawing_is_an_error() {
        let fonts = Fonts(Arc::new(Database::new()));
        assert!(fonts.png("<svg").is_err());
        assert!(fonts.png(r#"<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9"/>"#).is_err());
    }
}
