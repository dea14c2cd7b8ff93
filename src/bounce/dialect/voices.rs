//! The programs that write reports in ways of their own, and their names in `phrases.tsv`.

macro_rules! dialects {
    ($($variant:ident $voice:literal),* $(,)?) => {
        /// A program that writes reports in a way of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::bounce) enum Dialect {
            $($variant,)*
        }

        impl Dialect {
            /// Its name in `phrases.tsv`.
            pub(in crate::bounce) fn voice(self) -> &'static str {
                match self { $(Self::$variant => $voice,)* }
            }

            #[cfg(test)]
            pub(super) const VOICES: &[&str] = &[$($voice),*];
        }
    };
}

dialects! {
    ActiveHunter "activehunter", Amavis "amavis", Aol "aol", Barracuda "barracuda", Biglobe "biglobe",
    Courier "courier", Domino "domino", DragonFly "dragonfly", EinsUndEins "einsundeins",
    Exchange2003 "exchange2003", Exchange2007 "exchange2007", ExchangeOnline "exchangeonline", Exim "exim",
    EzWeb "ezweb", Facebook "facebook", Fml "fml", Gmail "gmail", Gmx "gmx", GoogleGroups "googlegroups",
    GSuite "gsuite", ImailServer "imailserver", InterScan "interscan", James "james", Kddi "kddi",
    MFilter "mfilter", MailRu "mailru", McAfee "mcafee", MessageLabs "messagelabs",
    MessagingServer "messagingserver", MxLogic "mxlogic", Notes "notes", OpenSmtpd "opensmtpd",
    Outlook "outlook", Postfix "postfix", PowerMta "powermta", Qmail "qmail", ReceivingSes "receivingses",
    SendGrid "sendgrid", Sendmail "sendmail", Sendmail5 "sendmail5", Ses "ses",
    SurfControl "surfcontrol", Verizon "verizon", X2 "x2", X3 "x3",
    WorkMail "workmail", Yahoo "yahoo", Zoho "zoho",
}

impl Dialect {
    /// Whether its marks stand in reports alone, and never in the mail of its users.
    pub(in crate::bounce) fn only_reports(self) -> bool {
        matches!(
            self,
            Self::Amavis
                | Self::Barracuda
                | Self::Facebook
                | Self::Fml
                | Self::GoogleGroups
                | Self::ImailServer
                | Self::InterScan
                | Self::MFilter
                | Self::SurfControl
                | Self::Verizon
        )
    }
}
