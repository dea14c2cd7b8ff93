//! What the program says to people, in their language. A [`Said`] is a sentence that no language has been
//! chosen for: the English text as it stands in the code, and what goes into its places. Whoever shows it
//! knows the [`Tongue`] and puts it in words; logs, JSON and `Display` get the English.
//!
//! A sentence is made by [`say!`], one that counts by [`many!`]. Its words in another language stand in that
//! language's catalogue (`words/ko/*.po`), under the English text. What isn't there is said in English.
//! The words of mails and pages are not here: they are the publication's (`templates/words`).

#[cfg(test)]
pub(crate) mod audit;
mod catalogue;
#[cfg(test)]
mod foreign;
mod heard;
mod said;
mod template;
#[cfg(test)]
mod tests;
mod tongue;
#[cfg(test)]
pub(crate) mod unspoken;
mod weekday;

use self::catalogue::Catalogue;
#[cfg(test)]
pub(crate) use self::foreign::FOREIGN;
pub(crate) use self::said::{
    PlainArgument, SaidArgument, counted, many, phrase, phrased, said_argument, say,
};
pub(crate) use self::weekday::{weekday, weekday_in_short};
pub use self::{said::Said, tongue::Tongue};
