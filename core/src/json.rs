//! Reads JSON with less code for each type than `serde_json::from_slice`: the viewer travels inside of every page.
//!
//! serde's derive compiles every struct twice, from an object and from a list of its fields in order, and serde_json
//! reads names and colons anew within each, and compares each name with every field's. No file of this project has such
//! lists, so here a struct is an object, and one function reads its names and finds their fields, for all structs. The
//! derived code takes a field by its position: structs that are read here may not have `#[serde(alias)]`, which shifts it.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::U64Deserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess,
    Visitor,
};

/// As `serde_json::from_slice`, with its errors; a list in place of an object is one.
pub(crate) fn from_slice<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = T::deserialize(Objects(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// Asks for an object where a type asks for a struct, and so on for all that is in it.
struct Objects<T>(T);

/// Hands a value that has no struct in it on as it is.
macro_rules! as_it_is {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$name(visitor)
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    as_it_is! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Fields(fields, visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Objects(visitor))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_seq(Objects(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, Objects(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, Objects(visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Objects(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Objects(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Objects<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Objects(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Objects(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Objects(object))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Objects<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(value))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Objects(seed))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Objects(seed))
    }
}

/// The fields of a struct, with their names.
struct Fields<T>(&'static [&'static str], T);

impl<'de, V: Visitor<'de>> Visitor<'de> for Fields<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        self.1.visit_map(Fields(self.0, object))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Fields<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let Some(field) = next_field(self.0, &mut self.1)? else { return Ok(None) };
        let index: U64Deserializer<A::Error> = field.index.into_deserializer();
        // A position beyond the last is an error of structs that deny unknown fields, and of no others.
        seed.deserialize(index).map(Some).map_err(|_| A::Error::unknown_field(&field.name, self.0))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.1.next_value_seed(Objects(seed))
    }
}

/// A field of a struct, by its position among the names that the struct has; by one beyond them, when it has none such.
struct Field<'de> {
    name: Cow<'de, str>,
    index: u64,
}

#[inline(never)]
fn next_field<'de, A: MapAccess<'de>>(names: &[&'static str], object: &mut A) -> Result<Option<Field<'de>>, A::Error> {
    let Some(Name(name)) = object.next_key()? else { return Ok(None) };
    let index = names.iter().position(|n| *n == name).unwrap_or(names.len());
    Ok(Some(Field { name, index: index as u64 }))
}

/// A field's name, borrowed from the text where nothing in it is escaped.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(text: D) -> Result<Self, D::Error> {
        text.deserialize_str(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;

    const REPORT: &str = include_str!("../../www/samples/real-small.json");

    #[test]
    fn reads_what_serde_json_reads() {
        let ours: Report = from_slice(REPORT.as_bytes()).unwrap();
        assert_eq!(ours, serde_json::from_str::<Report>(REPORT).unwrap());
    }

    #[test]
    fn errors_are_those_of_serde_json() {
        let error = |read: serde_json::Result<Report>| read.err().map(|e| e.to_string());
        let broken = [
            REPORT.replacen("\"seed\":", "\"sead\":\"", 1),
            REPORT.replacen("\"version\":", "\"versions\":", 1),
            REPORT.replacen("\"version\":", "\"vers\\u0069on\":\"1\",\"a\":", 1),
            REPORT.replacen("\"version\":", "\"version\" ", 1),
            REPORT.replacen("\"seeds\":[", "\"seeds\":[\"a\",", 1),
            REPORT.replacen("\"task\":[", "\"task\":[{\"name\":\"t\",\"nome\":1},", 1),
            REPORT.replacen("\"splits\":{", "\"splits\":{\"a\":3,", 1),
            REPORT[..REPORT.len() / 2].to_owned(),
            format!("{REPORT}1"),
            "1".to_owned(),
        ];
        for text in &broken {
            let theirs = error(serde_json::from_str(text));
            assert!(theirs.is_some(), "{}", &text[..text.len().min(200)]);
            assert_eq!(error(from_slice(text.as_bytes())), theirs);
        }
        let list = error(from_slice(b"[]"));
        assert!(list.is_some_and(|words| words.starts_with("invalid type: sequence, expected struct Report")));
    }
}
