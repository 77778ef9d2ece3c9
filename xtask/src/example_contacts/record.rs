//! One row of examples/contacts.csv.

use serde::{Deserialize, Serialize};

/// How many columns a row has.
pub(crate) const COLUMNS: usize = 29;

/// A row; the fields stand in the order of the columns, which examples/README.md explains.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) salutation: String,
    pub(crate) initials: String,
    pub(crate) first_name: String,
    pub(crate) infix: String,
    pub(crate) last_name: String,
    pub(crate) job_title: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) mobile: String,
    pub(crate) fax: String,
    pub(crate) gender: String,
    pub(crate) birth_date: String,
    pub(crate) organisation: String,
    pub(crate) street: String,
    pub(crate) house_number: String,
    pub(crate) postal_code: String,
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) language: String,
    pub(crate) owner: String,
    pub(crate) relation: String,
    pub(crate) primary: String,
    pub(crate) spotler: String,
    pub(crate) active: String,
    pub(crate) bulk_email: String,
    pub(crate) permissions: String,
    pub(crate) note: String,
}

impl Record {
    /// The name of each column.
    pub(crate) fn header() -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .serialize(Self::default())
            .expect("strings can be written as csv");
        let both = written(writer);
        both.lines().next().unwrap_or_default().to_owned()
    }

    /// The row as a line of the file, without its end.
    pub(crate) fn line(&self) -> String {
        let mut writer = csv::WriterBuilder::new()
            .has_headers(false)
            .from_writer(Vec::new());
        writer
            .serialize(self)
            .expect("strings can be written as csv");
        written(writer).trim_end_matches('\n').to_owned()
    }
}

fn written(writer: csv::Writer<Vec<u8>>) -> String {
    let bytes = writer.into_inner().expect("memory takes every byte");
    String::from_utf8(bytes).expect("strings stay UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_names_the_columns_in_order() {
        let expected = "id,kind,salutation,initials,first_name,infix,last_name,job_title,email,phone,mobile,fax,\
            gender,birth_date,organisation,street,house_number,postal_code,city,country,language,owner,relation,\
            primary,spotler,active,bulk_email,permissions,note";
        assert_eq!(Record::header(), expected);
        assert_eq!(expected.split(',').count(), COLUMNS);
    }
}
