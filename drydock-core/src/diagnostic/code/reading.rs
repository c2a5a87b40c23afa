//! DD0001 to DD0017: what is wrong with a text or a document by itself.

use super::{Code, Row, codes};
use crate::diagnostic::Severity;

codes! {
    SYNTAX = 1, Error, "a document is not YAML",
        why "A document that does not parse says nothing, so nothing of it is used. The other documents of the file \
             are still read.",
        mend "Mend what is marked; often the true slip is a line further up: a bracket or quote that is not closed, or \
              an indentation that changes.";
    ENCODING = 2, Error, "a file is not UTF-8 text",
        why "The bytes cannot be read as text without guessing, and a guess could change names or addresses.",
        mend "Save the file as UTF-8. If it is larger than 4 GiB, split it.";
    ENVELOPE = 3, Error, "a document lacks its envelope",
        why "The envelope says what a document is: without its kind and name nothing can refer to it, and it cannot be \
             checked.",
        mend "Write `apiVersion: drydock/v1`, `kind`, `metadata: {name: NAME}` and `spec`; or, in the other form, \
              `schema: drydock/KIND/v1`, `metadata` and `data`. Do not mix the two.";
    UNKNOWN_KIND = 4, Error, "a kind is not known",
        why "`drydock/v1` has a fixed set of kinds, so a document of another kind would be lost without a word.",
        mend "Correct the kind. A kind of your own belongs under an apiVersion of your own.";
    UNKNOWN_KEY = 5, Error, "a key is not known",
        why "A key that nobody reads is most often a slip, and what it was meant to set would silently not be set.",
        mend "Correct the key, or remove it. Free texts of your own belong into labels, annotations or owner_data.";
    WRONG_VALUE = 6, Error, "a value is of the wrong type or form",
        why "The field's type decides how a value is read, and this value cannot be read so. It is left out, so the \
             document would say less than was written.",
        mend "Write the form that the message expects. To clear what is inherited write `'!'`; for an empty map or list \
              write `{}` or `[]`.";
    DUPLICATE_DOCUMENT = 7, Error, "two documents have one identity",
        why "A document is known by its kind and name. Of two with the same ones only the first, by file name and place, \
             is used, whichever was meant.",
        mend "Remove one of them, or give it another name.";
    DUPLICATE_KEY = 8, Error, "a key or a list entry stands twice",
        why "Only the first one is read; whoever edits the second one changes nothing. Two spellings of one key, the old \
             and the present one, count as the same key.",
        mend "Keep one of them and remove the other.";
    ALIAS_BUDGET = 9, Error, "a document is too deep or its aliases expand too far",
        why "A few lines of aliases can stand for more values than any memory holds, and lists and maps nested hundreds \
             deep are no design. The same is true of very long chains of profiles, and of route domains that lead very many \
             networks to very many others. They are refused before they cost anything.",
        mend "Close the bracket that is open, or write out what differs instead of nesting aliases in aliases. Put \
              what many profiles say together in fewer; let a route lead to a subnet that holds many networks.";
    OLD_SPELLING = 10, Warning, "a plain word means something else to YAML 1.1 readers",
        why "Words such as `yes`, `on`, `017`, `12:30:45` or `1_000` are a boolean or another number to readers of \
             YAML 1.1. Where the field does not settle the type, two tools would read two designs.",
        mend "Quote the word if it is a text, or write the boolean or number in its YAML 1.2 spelling.";
    UNQUOTED_REMOVAL = 11, Error, "a removal is not quoted",
        why "To YAML an unquoted `!x` is a tag on an empty value, not a text. It was understood here, but other tools \
             that read the same file lose it.",
        mend "Put it in quotes: `'!x'`.";
    NOT_RENDERED = 12, Error, "a document is not rendered yet",
        why "The document lists substitutions whose destination holds no value yet, or still its placeholder. What would \
             be deployed is not what was meant.",
        mend "Render the documents with Deckhand and give Drydock the result.";
    NO_SUCCESSOR = 13, Error, "a key of old designs has no successor",
        why "The key belonged to designs of older systems and nothing acts on it any more, so what it says would not \
             happen.",
        mend "Write what the help names instead.";
    KEPT_AS_WRITTEN = 14, Note, "a part is kept as written",
        why "Nothing in this release acts on this part. It is kept, shown and handed to drivers as it stands.",
        mend "Nothing has to be done. Do not rely on it being checked or carried out.";
    SKIPPED_DOCUMENT = 15, Note, "a document of another system is skipped",
        why "Documents of Deckhand and Pegleg travel in the same files and are not part of a design.",
        mend "Nothing has to be done. Keep such documents in files of their own if the note is unwelcome.";
    OLD_VERSION = 16, Note, "an old apiVersion is read as drydock/v1",
        why "The first designs wrote `v1` or `1.0`. It is read as the present version, which has other rules in places.",
        mend "Write `apiVersion: drydock/v1`.";
    UNREGISTERED_KIND = 17, Warning, "a configuration item of a kind that nobody registered",
        why "The document is kept as written and nothing checks it. If its apiVersion was meant to be `drydock/v1`, the \
             whole document would be without effect.",
        mend "Correct the apiVersion, or register the kind in the program that loads the design.";
}
