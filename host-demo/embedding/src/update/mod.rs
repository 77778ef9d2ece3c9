//! New versions of the component while the host runs.
//!
//! A new file is loaded beside the present one only if somebody vouches for it
//! ([`Trust`]), is probed for what it offers, is kept in the database, and is then
//! chosen by a row there. Every process that works on the database sees the row
//! before it claims its next call; calls under way end with the version that they
//! began with. What was kept can be chosen again by its hash, without a file.

mod current;
mod kept;
mod probe;
mod trust;

pub(crate) use current::Current;
pub use kept::{ComponentUse, KeptComponent};
pub use trust::{Trust, TrustError, TrustedBy, Untrusted};

use crate::engine::{ComponentError, ComponentFile};
use crate::host::Host;
use crate::inspect::with_hooks;
use crate::store::{StoreError, WriteError};
use kept::Choice;
use serde::Serialize;
use std::sync::Arc;

/// The component was not changed; the present one goes on.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// Nobody vouches for it.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// It cannot be loaded.
    #[error("the component cannot be loaded")]
    Component(#[from] ComponentError),
    /// It lacks what every component has to offer.
    #[error("the component lacks what every component has to offer: {}", .0.join(", "))]
    Lacks(Vec<String>),
    /// It offers an interface, but not as the contract says.
    #[error("the component offers these otherwise than the contract says: {}", .0.join(", "))]
    Unfit(Vec<String>),
    /// It offers less than the present one, and nobody said that it may.
    #[error("the component does not offer what the present one does: {}", .0.join(", "))]
    Loses(Vec<String>),
    /// It does not answer when it is asked who it is.
    #[error("the component does not say who it is: {0}")]
    Silent(&'static str),
    /// Nothing that is kept has such a hash.
    #[error("no component is kept whose SHA-256 begins with `{0}`")]
    NotKept(String),
    /// More than one has.
    #[error("more than one component is kept whose SHA-256 begins with `{0}`")]
    NotUnique(String),
    /// What is kept is not what was put there, or was put there by somebody
    /// without the key of the secrets.
    #[error("the kept component {0} is not the one that was trusted")]
    Tampered(String),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for UpdateError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(StoreError::Database(error))
    }
}

/// A version of the component, and what it is used for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// SHA-256 of the file, in hex digits.
    pub sha256: String,
    /// The component's own version, as it says.
    pub version: String,
    /// Interfaces of the contract that it does not offer, with their hooks.
    pub not_offered: Vec<String>,
    /// It was in use already; nothing was changed.
    pub was_in_use: bool,
}

/// The version that this process uses now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InUse {
    /// SHA-256 of the file, in hex digits.
    pub sha256: String,
    /// Since when it is chosen; none: the process was started with it.
    pub since: Option<crate::Timestamp>,
    /// The hash of the one that is chosen, where this process could not load it.
    pub instead_of: Option<String>,
}

impl Host {
    /// Uses another component from now on, in every process that works on this
    /// database: checks that it is trusted, loads it beside the present one,
    /// probes it, keeps it, and chooses it. An interface that the present one
    /// offers and this one does not has to be named in `without`; what waits for
    /// its hooks is then rejected (`hook-not-offered`), to be tried again later.
    ///
    /// # Errors
    /// [`UpdateError`]: nothing was changed.
    pub async fn use_component(
        &self,
        bytes: Vec<u8>,
        signature: Option<&str>,
        trust: &Trust,
        without: &[String],
    ) -> Result<Changed, UpdateError> {
        let trusted_by = trust.check(&bytes, signature)?;
        let component = self.load_beside(bytes).await?;
        self.choose(component, trusted_by, without).await
    }

    /// Uses a component that is kept from now on: the one whose SHA-256 begins so.
    ///
    /// # Errors
    /// [`UpdateError`]: nothing was changed.
    pub async fn use_kept(&self, sha256: &str, without: &[String]) -> Result<Changed, UpdateError> {
        let mut connection = self.store().readers().acquire().await?;
        let all = kept::list(&mut connection).await?;
        let wanted = sha256.to_ascii_lowercase();
        let mut found = all.iter().filter(|it| it.sha256.starts_with(&wanted));
        let one = match (found.next(), found.next()) {
            (Some(one), None) => one,
            (None, _) => return Err(UpdateError::NotKept(wanted)),
            (Some(_), Some(_)) => return Err(UpdateError::NotUnique(wanted)),
        };
        let bytes = kept::read(self.store(), &mut connection, &one.sha256).await?;
        drop(connection);
        let component = self.load_beside(bytes).await?;
        self.choose(component, TrustedBy::Kept, without).await
    }

    /// Uses no chosen component any more: every process goes back to the one that
    /// it was started with.
    ///
    /// # Errors
    /// [`UpdateError`]: nothing was changed.
    pub async fn use_started_with(&self) -> Result<(), UpdateError> {
        let mut seen = self.inner.seen_choice.lock().await;
        let now = self.clock().now();
        let written = self
            .store()
            .write_for_all(move |connection| {
                Box::pin(async move { kept::choose(connection, None, now).await })
            })
            .await;
        let id = written.map_err(WriteError::into_inner)?;
        let choice = Choice {
            id,
            sha256: None,
            since: now,
        };
        self.follow(&choice).await?;
        *seen = id;
        Ok(())
    }

    /// The version that this process uses now.
    #[must_use]
    pub fn component_in_use(&self) -> InUse {
        let current = self.current();
        InUse {
            sha256: current.component.sha256().to_owned(),
            since: current.since,
            instead_of: current.instead_of.clone(),
        }
    }

    /// The components that are kept, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept_components(&self) -> Result<Vec<KeptComponent>, StoreError> {
        let mut connection = self.store().readers().acquire().await?;
        Ok(kept::list(&mut connection).await?)
    }

    /// When which component was chosen, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn component_uses(&self, limit: u32) -> Result<Vec<ComponentUse>, StoreError> {
        let mut connection = self.store().readers().acquire().await?;
        Ok(kept::uses(&mut connection, limit).await?)
    }

    /// Looks which component is chosen, and loads it where it is another one. The
    /// worker does so before each claim; do it once after the start, for the
    /// questions before the first claim. A component that this process cannot load
    /// is said in the log, and the present one goes on.
    ///
    /// # Errors
    /// [`StoreError`] where the choice cannot be read.
    pub async fn follow_choice(&self) -> Result<(), StoreError> {
        let mut connection = self.store().readers().acquire().await?;
        let Some(choice) = kept::choice(&mut connection).await? else {
            return Ok(());
        };
        drop(connection);
        let mut seen = self.inner.seen_choice.lock().await;
        if *seen == choice.id {
            return Ok(());
        }
        match self.follow(&choice).await {
            Err(UpdateError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::error!(
                    chosen = choice.sha256,
                    error = %crate::attempt::chain(&error),
                    "the chosen component cannot be loaded; the present one goes on"
                );
                self.replace(|current| current.instead_of = choice.sha256.clone());
            }
            Ok(()) => {}
        }
        *seen = choice.id;
        Ok(())
    }

    /// Loads what is chosen, and uses it from the next call on.
    async fn follow(&self, choice: &Choice) -> Result<(), UpdateError> {
        let present = self.current();
        let component = match &choice.sha256 {
            None => self.inner.started_with.clone(),
            Some(sha256) if sha256 == present.component.sha256() => present.component.clone(),
            Some(sha256) if sha256 == self.inner.started_with.sha256() => {
                self.inner.started_with.clone()
            }
            Some(sha256) => {
                let mut connection = self.store().readers().acquire().await?;
                let bytes = kept::read(self.store(), &mut connection, sha256).await?;
                drop(connection);
                self.load_beside(bytes).await?
            }
        };
        self.swap(component, choice);
        Ok(())
    }

    /// Probes a component, keeps it and the present one, and chooses it.
    async fn choose(
        &self,
        component: ComponentFile,
        trusted_by: TrustedBy,
        without: &[String],
    ) -> Result<Changed, UpdateError> {
        self.follow_choice().await?;
        let mut seen = self.inner.seen_choice.lock().await;
        let present = self.current();
        let probed = probe::probe(self, &component).await?;
        let lost: Vec<String> = present
            .offered()
            .filter(|it| !component.offers(it) && !without.iter().any(|name| name == it))
            .map(with_hooks)
            .collect();
        if !lost.is_empty() {
            return Err(UpdateError::Loses(lost));
        }
        let was_in_use = present.since.is_some()
            && present.instead_of.is_none()
            && present.component.sha256() == component.sha256();
        if !was_in_use {
            let new = kept::New::seal(self.store(), &component, &probed.version, trusted_by)?;
            let version = probe::probe(self, &present.component).await?.version;
            let present = &present.component;
            let old = kept::New::seal(self.store(), present, &version, TrustedBy::Start)?;
            let now = self.clock().now();
            let sha256 = component.sha256().to_owned();
            let before = present.sha256().to_owned();
            let written = self
                .store()
                .write_for_all(move |connection| {
                    Box::pin(async move {
                        kept::keep(connection, &old, now).await?;
                        kept::keep(connection, &new, now).await?;
                        let id = kept::choose(connection, Some(&sha256), now).await?;
                        kept::forget_oldest(connection, &before).await?;
                        Ok::<_, sqlx::Error>(id)
                    })
                })
                .await;
            let choice = Choice {
                id: written.map_err(WriteError::into_inner)?,
                sha256: Some(component.sha256().to_owned()),
                since: now,
            };
            self.swap(component.clone(), &choice);
            *seen = choice.id;
        }
        Ok(Changed {
            sha256: component.sha256().to_owned(),
            version: probed.version,
            not_offered: probed.not_offered,
            was_in_use,
        })
    }

    /// Compiles a component in the engine of the present one. That takes seconds
    /// where it was never compiled before; nothing else waits for it.
    async fn load_beside(&self, bytes: Vec<u8>) -> Result<ComponentFile, UpdateError> {
        let engine = self.current().component.engine().clone();
        let loading = tokio::task::spawn_blocking(move || engine.load_bytes(&bytes));
        match loading.await {
            Ok(loaded) => Ok(loaded?),
            Err(error) => {
                let failed = std::io::Error::other(error);
                Err(UpdateError::Component(ComponentError::File(failed)))
            }
        }
    }

    /// From the next call on this component is used.
    fn swap(&self, component: ComponentFile, choice: &Choice) {
        let before = self.current().component.sha256().to_owned();
        tracing::info!(
            component = component.sha256(),
            before,
            since = choice.since,
            "another component is in use"
        );
        let since = choice.sha256.as_ref().map(|_| choice.since);
        self.replace(|current| *current = Current::new(component, since));
    }

    fn replace(&self, change: impl FnOnce(&mut Current)) {
        let mut current = self
            .inner
            .current
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        change(Arc::make_mut(&mut current));
    }
}
