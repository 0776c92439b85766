"""离线点名: a classroom without network. A phone is prepared, records by itself, and hands in what it recorded later.

What lies on the phone, and what a thief of it has. No key of ours goes to a phone:

* of each personal code of this lesson's hours it knows three characters of ten (`material`). Fifteen bits tell a code
  that is shown from a mistyped one; whoever wanted to make a code would have to guess the other thirty-five at the
  server, which alone judges. Codes of other hours, and so of other lessons, are not on it at all, nor is the seed;
* of each card it knows a digest, salted for this phone, of the card's mark. The code of a card that was read is not
  kept: the entry carries an HMAC under the mark, which only somebody who held the card could make;
* of each member it knows a name of this lesson only (an HMAC, twelve characters), the number on the class's list and
  the surname. No document, no phone number, no given name, nothing that opens another page.

What makes the record hard to alter. The phone makes a key pair that its browser does not let out and hands in the
public half when it is prepared. Each entry has a number, the digest of the entry before, a time, and the signature
over exactly these bytes (`entries`). A gap in the numbers is shown (`overview`); an altered entry fails its signature,
one that was taken out or put in fails the chain, one under another phone's name has no key here, and one beyond the
number that the phone closed with comes after its last word.

What the server does with it (`receiving`, `judging`): it evaluates and never forces. An entry comes in once, however
often it is sent; what it says goes through the rules of presence; what cannot be believed as it stands waits for
another person; what contradicts another phone counts for neither until somebody decides. Every entry gets a receipt
and stays in the books, refused ones too, and the phone keeps an entry until it has that receipt.

What is left to trust: the trainer's word, as at every mark by hand. Such an entry is marked by hand for ever.
"""

from courses.attendance.kit.material import KitRefusal, KitRefused, Prepared, prepare
from courses.attendance.kit.overview import Gap, KitView, Line, overview
from courses.attendance.kit.receiving import KitReceipt, Parcel, receive, report
from courses.attendance.kit.words import sentence_of

__all__ = [
    "Gap",
    "KitReceipt",
    "KitRefusal",
    "KitRefused",
    "KitView",
    "Line",
    "Parcel",
    "Prepared",
    "overview",
    "prepare",
    "receive",
    "report",
    "sentence_of",
]
