//! The key-value store of the component.

/// An open bucket of the calling tenant.
pub struct Bucket {
    /// Its name.
    pub(crate) name: String,
}
