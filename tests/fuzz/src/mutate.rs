//! Mutations of an input, on a seed.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Pieces that make parsers stumble.
const ODD: [&[u8]; 18] = [
    b"null",
    b"{}",
    b"[]",
    b"\"\"",
    b"-1",
    b"1e309",
    b"18446744073709551616",
    b"\\u0000",
    b"\xff\xfe",
    b"\"",
    b"{",
    b"[[[[[[[[",
    b"true",
    b"\xf0\x9f\x92\xa9",
    b"%00",
    b"\r\n",
    b"--\n",
    b";,\t",
];

/// Makes mutations; the same seed makes the same ones.
#[derive(Debug)]
pub struct Mutator {
    chance: StdRng,
}

impl Mutator {
    /// Mutations of this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            chance: StdRng::seed_from_u64(seed),
        }
    }

    /// One of the corpus, changed a few times, perhaps with a piece of another.
    pub fn next(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.any_of(corpus);
        for _ in 0..self.chance.random_range(1..6) {
            self.change(&mut bytes, corpus);
        }
        bytes
    }

    fn any_of(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let count = corpus.len().max(1);
        let at = self.chance.random_range(0..count);
        corpus.get(at).cloned().unwrap_or_default()
    }

    fn change(&mut self, bytes: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let (start, end) = self.range(bytes.len());
        match self.chance.random_range(0..7) {
            0 => drop(bytes.drain(start..end)),
            1 => bytes.truncate(start),
            2 => {
                let odd = ODD[self.chance.random_range(0..ODD.len())];
                bytes.splice(start..end, odd.iter().copied());
            }
            3 => {
                let again = bytes[start..end].to_vec();
                bytes.splice(end..end, again);
            }
            4 => {
                let other = self.any_of(corpus);
                let (from, to) = self.range(other.len());
                bytes.splice(start..end, other[from..to].iter().copied());
            }
            5 => {
                for byte in &mut bytes[start..end] {
                    *byte = byte.wrapping_add(1);
                }
            }
            _ => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte ^= 1 << self.chance.random_range(0..8);
                }
            }
        }
    }

    /// A short piece of something so long.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let start = self.chance.random_range(0..=length);
        let most = (length - start).min(24);
        (start, start + self.chance.random_range(0..=most))
    }
}
