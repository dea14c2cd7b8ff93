//! The composer of a batch: made once from a frozen issue, then one message after the other, from
//! any number of threads.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicUsize, Ordering},
};

use chrono::{DateTime, Utc};

use crate::{
    address::Address,
    audience::Reader,
    links::LinkSigner,
    render::{AskedOf, ReaderField, ReaderView, RenderedIssue, Renderer},
    words::phrase,
};

use super::{
    ComposeError, Envelope, FrozenIssue, HeaderSettings, Message,
    dkim::Signer,
    fields::ReaderFields,
    head::{HeaderWriter, Recipient},
    header::push_clean,
    mime::MimeFrame,
    settings::is_safe_address,
    variant::{BodyPart, Variant, VariantKey},
};

/// Variants kept ready at once; readers beyond them are rendered one by one.
const MAX_VARIANTS: usize = 256;
/// What a message takes beside the variant's own bytes: its header, signatures, and what fills the holes.
const ROOM_BYTES: usize = 8 << 10;
/// The memory that they may take.
const MAX_WEIGHT_BYTES: usize = 24 << 20;

/// Makes the messages of one frozen issue.
pub struct Composer {
    issue: String,
    headers: HeaderSettings,
    content_hash: String,
    links: LinkSigner,
    renderer: Renderer,
    asked: AskedOf,
    head: HeaderWriter,
    mime: MimeFrame,
    signer: Option<Arc<Signer>>,
    date: DateTime<Utc>,
    variants: RwLock<Vec<Arc<Variant>>>,
    /// The length of the longest message so far: room for the next one.
    longest_bytes: AtomicUsize,
}

impl Composer {
    /// Prepares a batch. `date` becomes the Date header and the signatures' time. The links point
    /// to the pages that the issue was frozen with.
    ///
    /// # Errors
    /// Headers that cannot be written, or templates that do not render.
    pub fn new(
        frozen: &FrozenIssue,
        links: LinkSigner,
        signer: Option<Signer>,
        date: DateTime<Utc>,
    ) -> Result<Self, ComposeError> {
        let hash = FrozenIssue::hash(&frozen.to_bytes()?);
        Self::of_content(frozen, &hash, links, signer, date)
    }

    /// The same of content that the ledger knows by that hash.
    ///
    /// # Errors
    /// As [`Composer::new`].
    pub fn of_content(
        frozen: &FrozenIssue,
        hash: &str,
        links: LinkSigner,
        signer: Option<Signer>,
        date: DateTime<Utc>,
    ) -> Result<Self, ComposeError> {
        Self::prepare(frozen, hash, links, signer.map(Arc::new), date)
    }

    /// The same batch with other content: what its readers were tried with before a refreeze.
    ///
    /// # Errors
    /// As [`Composer::new`].
    pub fn with_content(&self, frozen: &FrozenIssue, hash: &str) -> Result<Self, ComposeError> {
        let (links, signer) = (self.links.clone(), self.signer.clone());
        Self::prepare(frozen, hash, links, signer, self.date)
    }

    fn prepare(
        frozen: &FrozenIssue,
        content_hash: &str,
        links: LinkSigner,
        signer: Option<Arc<Signer>>,
        date: DateTime<Utc>,
    ) -> Result<Self, ComposeError> {
        frozen.headers.validate()?;
        let links = match frozen.headers.has_marked_tokens {
            true => links,
            false => links.unmarked(),
        };
        let composer = Self {
            issue: frozen.issue.clone(),
            links: links.with_base_url(frozen.headers.base_url.as_deref()),
            renderer: frozen.composition.renderer()?,
            asked: AskedOf::by(&frozen.composition.templates),
            head: HeaderWriter::new(&frozen.headers, date),
            mime: MimeFrame::new(content_hash, &frozen.composition.images)?,
            headers: frozen.headers.clone(),
            content_hash: content_hash.to_owned(),
            signer,
            date,
            variants: RwLock::default(),
            longest_bytes: AtomicUsize::new(0),
        };
        // Most readers are one of these two; and a template that fails does so before the batch.
        let language = composer.headers.language.clone();
        composer.make_variant(true, &language, &[])?;
        composer.make_variant(false, &language, &[])?;
        Ok(composer)
    }

    /// The hash of the frozen content: what a delivery's row remembers of what it got.
    #[must_use]
    pub fn content_hash(&self) -> &str {
        &self.content_hash
    }

    /// Whether its messages are signed, which costs a hundred times what composing does.
    #[must_use]
    pub fn is_signing(&self) -> bool {
        self.signer.is_some()
    }

    /// What ends every message of the batch: the pictures that travel inside, once for all readers.
    #[must_use]
    pub fn shared_end(&self) -> &Arc<[u8]> {
        self.mime.after_html()
    }

    /// Bytes that a message takes beside [`Composer::shared_end`], about: of the longest of what is prepared.
    #[must_use]
    pub fn own_bytes(&self) -> usize {
        let variants = self.variants();
        let bytes = variants.iter().map(|variant| variant.message_bytes());
        bytes.max().unwrap_or_default()
    }

    /// One reader's message into `out`, in place of what it held: all but [`Composer::shared_end`], which the signatures
    /// cover, too.
    ///
    /// # Errors
    /// A template that fails for this reader, or a signature that cannot be made.
    pub fn compose(&self, reader: &Reader, out: &mut Vec<u8>) -> Result<Envelope, ComposeError> {
        let mut scratch = Vec::with_capacity(512);
        self.compose_with(reader, out, |part, values, out| {
            part.push(values, &mut scratch, out);
        })
    }

    /// [`Composer::compose`] into a message of its own, whole.
    ///
    /// # Errors
    /// As `compose`.
    pub fn compose_message(&self, reader: &Reader) -> Result<Message, ComposeError> {
        let mut bytes = Vec::with_capacity(self.longest_bytes.load(Ordering::Relaxed));
        let envelope = self.compose(reader, &mut bytes)?;
        bytes.extend_from_slice(self.shared_end());
        self.longest_bytes.fetch_max(bytes.len(), Ordering::Relaxed);
        Ok(Message { envelope, bytes })
    }

    /// The same message made the plain way: each part filled whole and then encoded by the rule of
    /// `message::transfer`. It is what [`Composer::compose`] is held against.
    ///
    /// # Errors
    /// As `compose`.
    pub fn compose_plain(&self, reader: &Reader) -> Result<Vec<u8>, ComposeError> {
        let mut out = Vec::new();
        self.compose_with(reader, &mut out, BodyPart::push_plain)?;
        out.extend_from_slice(self.shared_end());
        Ok(out)
    }

    /// The issue as this reader sees it, before it becomes a message.
    ///
    /// # Errors
    /// A template that fails for this reader.
    pub fn render(&self, reader: &Reader) -> Result<RenderedIssue, ComposeError> {
        Ok(self.renderer.render(&self.view(reader))?)
    }

    /// What the templates see of this reader.
    #[must_use]
    pub fn view(&self, reader: &Reader) -> ReaderView {
        self.values(reader).view(
            self.language_of(reader),
            &reader.tags,
            self.headers.web_version_url.as_deref(),
        )
    }

    fn compose_with(
        &self,
        reader: &Reader,
        out: &mut Vec<u8>,
        mut push: impl FnMut(&BodyPart, &ReaderFields, &mut Vec<u8>),
    ) -> Result<Envelope, ComposeError> {
        let variant = self.variant_of(reader)?;
        let values = self.values(reader);
        // Grown by and by it would take up to twice as much, for each message that a connection holds.
        if out.capacity() == 0 {
            out.reserve_exact(variant.message_bytes() + ROOM_BYTES);
        }
        self.start(reader, &values, &variant.subject_line, out)?;
        out.extend_from_slice(&variant.skeleton.before_text);
        push(&variant.text, &values, out);
        out.extend_from_slice(&variant.skeleton.before_html);
        push(&variant.html, &values, out);
        self.finish(reader, &variant, out)
    }

    /// Room for the signatures, then the headers.
    fn start(
        &self,
        reader: &Reader,
        values: &ReaderFields,
        subject_line: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), ComposeError> {
        if !is_safe_address(reader.email.as_str()) {
            return Err(ComposeError::Address {
                masked: reader.email.masked().escape_debug().to_string(),
            });
        }
        out.clear();
        out.resize(
            self.signer.as_ref().map_or(0, |signer| signer.room_bytes()),
            0,
        );
        let recipient = Recipient {
            reader: reader.id,
            address: &reader.email,
            values,
        };
        self.head
            .push(&recipient, subject_line, &self.links, &self.issue, out);
        Ok(())
    }

    /// The signatures, and who it is for.
    fn finish(
        &self,
        reader: &Reader,
        variant: &Variant,
        out: &mut [u8],
    ) -> Result<Envelope, ComposeError> {
        if let Some(signer) = &self.signer {
            let begun = Some(variant.begun_body());
            signer.sign_in_place(out, self.shared_end(), begun, self.date)?;
        }
        Ok(Envelope {
            from: Some(self.return_path(reader)?),
            to: reader.email.clone(),
        })
    }

    /// VERP where there is a domain for it; the From address otherwise.
    fn return_path(&self, reader: &Reader) -> Result<Address, ComposeError> {
        let Some(domain) = &self.headers.bounce_domain else {
            return Ok(self.headers.from.address.clone());
        };
        let local = self.links.bounce_local_part(reader.id);
        Address::parse(&format!("{local}@{domain}")).map_err(|_| ComposeError::Header {
            field: "return-path",
            value: domain.clone(),
            reason: phrase!("wants a domain that can get mail"),
        })
    }

    fn values(&self, reader: &Reader) -> ReaderFields {
        let mut values = ReaderFields::default();
        let links = &self.links;
        values.set(ReaderField::Name, |out| {
            push_clean(reader.name.as_deref()?, out);
            Some(())
        });
        values.set(ReaderField::Email, |out| {
            out.push_str(reader.email.as_str());
            Some(())
        });
        values.set(ReaderField::Unsubscribe, |out| {
            links.push_unsubscribe(reader.id, out).or_else(|| {
                let mailbox = self.headers.unsubscribe_email.as_ref()?;
                links.push_unsubscribe_mailto(mailbox, reader.id, out);
                Some(())
            })
        });
        values.set(ReaderField::Preferences, |out| {
            links.push_preferences(reader.id, out)
        });
        values.set(ReaderField::Feedback, |out| {
            links.push_feedback(reader.id, &self.issue, out)
        });
        values.set(ReaderField::FeedbackAddress, |out| {
            let domain = self.headers.feedback_domain.as_ref()?;
            links.push_feedback_local_part(reader.id, out);
            out.push('@');
            out.push_str(domain);
            Some(())
        });
        values
    }

    fn language_of<'a>(&'a self, reader: &'a Reader) -> &'a str {
        reader.language.as_deref().unwrap_or(&self.headers.language)
    }

    fn variant_of(&self, reader: &Reader) -> Result<Arc<Variant>, ComposeError> {
        let has_name = reader.name.as_deref().is_some_and(has_text);
        let language = self.language_of(reader);
        let found = self
            .variants()
            .iter()
            .find(|variant| variant.key.matches(has_name, language, &reader.tags))
            .cloned();
        match found {
            Some(variant) => Ok(variant),
            None => self.make_variant(has_name, language, &reader.tags),
        }
    }

    /// Renders a variant for readers of this kind and keeps it, if there is room.
    fn make_variant(
        &self,
        has_name: bool,
        language: &str,
        tags: &[String],
    ) -> Result<Arc<Variant>, ComposeError> {
        let key = VariantKey {
            has_name,
            language: self.asked.language.then(|| language.to_owned()),
            tags: self.asked.tags.then(|| tags.to_vec()),
        };
        let is_full = {
            let variants = self.variants();
            let weight: usize = variants.iter().map(|variant| variant.weight_bytes()).sum();
            variants.len() >= MAX_VARIANTS || weight >= MAX_WEIGHT_BYTES
        };
        let kind = self.sample(has_name);
        let kind = kind.view(language, tags, self.headers.web_version_url.as_deref());
        let outline = self.renderer.outline(&kind)?;
        let variant = Arc::new(Variant::new(key, &outline, &self.mime));
        if !is_full {
            let mut variants = self
                .variants
                .write()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            match variants.iter().find(|other| other.key == variant.key) {
                // Another thread was faster: all go on with its.
                Some(other) => return Ok(Arc::clone(other)),
                None => variants.push(Arc::clone(&variant)),
            }
        }
        Ok(variant)
    }

    /// A reader who has what readers of this batch have.
    fn sample(&self, has_name: bool) -> ReaderFields {
        let has_pages = self.links.base_url().is_some();
        let mut sample = ReaderFields::default();
        for field in ReaderField::ALL {
            let is_set = match field {
                ReaderField::Name => has_name,
                ReaderField::Email => true,
                ReaderField::Unsubscribe => has_pages || self.headers.unsubscribe_email.is_some(),
                ReaderField::Preferences | ReaderField::Feedback => has_pages,
                ReaderField::FeedbackAddress => self.headers.feedback_domain.is_some(),
            };
            sample.set(field, |out| is_set.then(|| out.push('x')));
        }
        sample
    }

    fn variants(&self) -> std::sync::RwLockReadGuard<'_, Vec<Arc<Variant>>> {
        self.variants
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn has_text(name: &str) -> bool {
    let mut clean = String::new();
    push_clean(name, &mut clean);
    !clean.is_empty()
}
