//! The stories of mailings, each a transcript that checks what it claims: a CRM and a Spotler on one clock that only the
//! story turns.
//!
//! stage (both programs, the clock, what is typed) ◀─ campaign · journeys · reports

mod campaign;
mod journeys;
mod mail;
mod reports;
mod stage;

use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use stage::Stage;

/// What is told.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Story {
    /// A campaign of 2,501 relations: from the selection to the results of its mailing.
    Campaign,
    /// Newsletter, abandoned cart, product review and life cycle: started once, stopped, and each refusal in words.
    Journeys,
    /// Mailings and their figures, who did what, journeys, forms, the card of one contact, and five days off.
    Reports,
}

impl Story {
    /// Tells it in an empty folder; fails if anything comes out otherwise than it should.
    pub(crate) fn tell(self, folder: &Path) -> Result<()> {
        let start = Instant::now();
        let seed = match self {
            Self::Campaign => campaign::seed(),
            Self::Journeys | Self::Reports => Vec::new(),
        };
        let mut stage = Stage::set(folder, &seed)?;
        match self {
            Self::Campaign => campaign::tell(&mut stage, folder)?,
            Self::Journeys => journeys::tell(&mut stage, folder)?,
            Self::Reports => reports::tell(&mut stage, folder)?,
        }
        stage.nobody_was_made_reachable()?;
        println!(
            "\nEverything came out as it should, in {:.0} seconds.",
            start.elapsed().as_secs_f64()
        );
        Ok(())
    }
}
