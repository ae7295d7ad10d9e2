//! Tables of several families: named in columns for programs, one after the other for papers.

use super::{Definition, Medium, Table};
use crate::analysis::{Analysis, FamilyKey};

impl<'r, R> Definition<'r, R> {
    /// Adds encoder, variant and protocol for programs; people read one family at a time.
    pub(super) fn family(self, key: impl Fn(&'r R) -> FamilyKey) -> Self {
        self.words("encoder", |row| key(row).encoder)
            .on(&[Medium::Csv])
            .words("variant", |row| key(row).variant)
            .on(&[Medium::Csv])
            .words("protocol", |row| key(row).protocol.name())
            .on(&[Medium::Csv])
    }
}

/// The LaTeX of one table for each family that has rows, named in a comment.
pub fn latex_by_family(analysis: &Analysis, table: impl Fn(&FamilyKey) -> Table) -> String {
    let tables = analysis.families.iter().map(|family| {
        let FamilyKey { encoder, variant, .. } = &family.key;
        let table = table(&family.key);
        let note = format!("{}\n{encoder}, {variant}, {}.", table.note, family.key.protocol_name());
        Table { note, ..table }
    });
    tables.filter(|t| !t.rows.is_empty()).map(|t| t.latex()).collect::<Vec<_>>().join("\n")
}
