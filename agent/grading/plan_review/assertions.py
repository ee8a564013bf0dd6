"""What a sentence asserts of its author's own system: wishes, denials, others' practice and orders assert nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """`affirmed` is the sentence without the clauses that deny a practice; `whole` keeps them."""

    affirmed: str
    whole: str


def _pattern(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


_WISH = _pattern(
    r"\bto do\s*[:.]|\bstill to (do|come|be)\b|^\W*to do\b|\b(to-?do|tbd|fixme|wip|(?<!had )(?<!has )to be (decided|defined|done|determined|added|written|clarified)|one day|some ?day|eventually|sooner or later)\b",
    r"\bin (the )?(near |distant |not too distant )?future\b|\b(would|'d) (like|love|prefer) to\b|\bhope(fully)?\b|\bwish(ed|es|ing)? |\bwish list\b|\bnice to have\b|^\W*ideally\b|\b(is|are) something for\b|\blooking into\b|\bis being (written|prepared|built|planned|discussed)\b|\bon (our|the) (list|backlog|agenda)\b|\bwill (come|follow)\b.{0,20}\b(once|when|later|after)\b",
    r"\bif (we|i) (had|ever|get|find|could|were)\b|\bif (the |our )?(budget|management|money|funding|approval|time|board|boss|team|cluster) (allows?|permits?|is (there|given|approved|granted)|gives?|grants?|agrees?|wants?|lets?|has|had|would|says?)\b|^\W*(assuming|provided|suppose|supposing)\b|\bin an ideal world\b|^were (we|i)\b|\b(once|when|if|as soon as) (the |we |i |our |there is |there.s |somebody |someone )?(get|gets|have|has|find|finds|is|more|enough)? ?(the |some |more |enough |a )*(time|budget|money|capacity|funding|approv\w+)\b(?!-)",
    r"\b(are|am|is) (considering|thinking (of|about)|exploring|evaluating|discussing|debating)\b|\b(might|could) (be|also|one day|later|add|use|introduce|help)\b|\bmay (also|one day|later|add|introduce|help|at some)\b|\bperhaps\b|\bmaybe\b|\bpossibly\b|\bat some point\b|\blater on,? we\b",
    r"\bstill (missing|open|unclear|to come)\b|\bneeds? to be (decided|figured|done|set up|introduced|added|implemented)\b|\bshould (probably|be|have)\b|\bought to\b|\bcould one day\b",
    r"^\W*(q[1-4]|h[12]|20\d\d|next (week|month|quarter|sprint|year|release)|later|backlog|roadmap|phase (2|3|two|three)|planned|plan|idea|ideas|goal|goals|wanted|proposal|draft|future|open|missing|wish list|stretch goal|v2)\s*[:–—-]\s",
    r"\b(is|are|was) (planned|foreseen|intended|scheduled to be introduced|on (the|our) (roadmap|list|backlog|wish list))\b|\b(plan|intend|want|aim|hope|mean|going) to (introduce|add|use|pin|scan|set|build|start|adopt|have|get|move|handle|make|implement|evaluate|put|write|look)\b|\b(next|this coming) (quarter|sprint|semester|year|month)\b",
    r"\bwould (be|have|then|take|hold|mean|need|run|scan|make|allow|let|help|go|start)\b(?!.{0,20}\bfail)",
    r"\bfollow\w* (the |all )?(industry )?best practices|\b(very|extremely|really|highly) important\b|\btop priority\b|\b(state of the art|enterprise[- ]grade|world[- ]class|cutting[- ]edge)\b",
)
_ELSEWHERE = _pattern(
    r"^(?!.*\b(now|today|fixed|pinned|locked|because|since|hence)\b).*\bused to\b|^(?!.*\b(now|today|since)\b).*\b(years?|months?) ago\b|\b(previously,? we|formerly|in the past|back (then|when)|in (my|our) (old|former|previous|last)|(my|our) (old|former|previous|last) (team|system|project|job|employer|company|stack|service|setup|product|workplace|role|place|firm))\b",
    r"\b(at|in|for|of|with) (the|my|our|a|an|one) (former|previous|old|other|last|different|another) (\w+ )?(team|system|project|job|employer|company|stack|service|setup|product|department|firm|group)\b",
    r"\b(an?|the)?other (team|company|compan|project|product|department|group|squad)(s|ies)?\b|\b(team|group|squad|department|company) (next door|upstairs|downstairs|across)\b|\b(their|his|her) (system|team|pipeline|service|setup|stack|company|cluster|plan)\b|\bat (their|his|her) (company|place)\b|\b\w+'s (firm|company|employer|start-?up)\b|\b(speaker|author|presenter|vendor|lecturer|blogger)('?s)? (\w+ )?(systems?|teams?|company|setup|stack|pipelines?|service|slides|talk|demo|blog|says?|said|show(s|ed)|told|tells|writes?|wrote|describe[sd]?|explain(s|ed)|recommend\w*|advise[sd]?|had|has|uses?|did|does)\b|\b(by|from|of) (the|a|an) (speaker|presenter|vendor|lecturer|blogger)\b",
    r"\b(netflix|google|amazon|spotify|facebook|meta|uber|airbnb|microsoft)\b(?! (cloud|secret|artifact|container|kubernetes|kms|managed|entra|teams|ecs|ecr|cognito|linux|s3|sdk|api))(?=.{0,40}\b(does|do|has|have|is|are|uses?|builds?|runs?|did|s engineers)\b)",
    r"\b(big|most|many|some|large|serious|good|modern|mature) (companies|teams|people|engineers|organi[sz]ations|projects)\b|\bpeople often\b|\btext ?books?\b|\b(a|one) good practice\b|\busually consists?\b|\btherefore pin\b",
    r"\b(colleagues?|consultants?|friend|boss|manager|mentor|somebody|someone|he|she|they)\b.{0,30}\b(suggest(s|ed)?|propos(al|als|e|es|ed)|advi[cs]e[sd]?|recommend(s|ed|ation)?|argue[sd]?|brought up|pleaded|insist(s|ed)?)\b|\b(?-i:(?!The|A|An|It|We|I|This|That|Each|Every|Our|My|Renovate|Dependabot|Snyk|CI)[A-Z][a-z]+) (\w+ )?(suggested|proposed|advised|recommended|argued|brought up|pleaded|insisted)\b|\b(consultant|colleague|boss|mentor|somebody|someone)\b.{0,20}\bwanted\b",
    r"\b(was|were|has been|been) (also )?(suggested|proposed|recommended|discussed|brought up|considered|debated)\b|\bthe (idea|proposal|suggestion|advice) (to|of|that)\b",
    r"(?<!are )(?<!is )(?<!gets )(?<!get )\b(reject|declin|dismiss|discard|abandon)ed\b|\bdecided against\b|\bvoted down\b|\bturned (it|this|that|them)? ?down\b|\bin theory\b|\b(as|for) (an )?example\b(?=.{0,20}\b(one|you|teams))|\bbest practice (is|says)|\baccording to (the|a) (guide|book|course|rubric|lesson|article|documentation|docs)\b|\b(lesson|guide|course|book|article|documentation|docs|tutorial|rubric|lecture|slides) (says?|teach\w*|tells?|wants?|recommends?|asks?|explains?|states?|suggests?|shows?)\b",
    r"(?:^\W*|[,;:.] |\b(?:because|since|that|as|so|and|but|then|why|how|where|when) )(one|you|teams|companies|people|developers|everybody|everyone) (should|could|can|must|ought|would|may|needs? to)\b|\b(should|must|can) (therefore |always |never |usually )?(be )?(kept|pinned|scanned|built|stored|mounted|injected|backed)\b(?=.*\b(vault|regularly|never baked|in general|secrets? should)\b)",
    r"^\W*(observability|a rollback|runtime drift|drift|containers?|secrets|limits|replicas|docker|kubernetes) (usually|generally|means?|happens|is when|protects?|gives?|helps?|can|should|is the|are the)\b(?! (us |me |you )?(no|none|not|nothing|what)\b)",
)
_REVIEWER = _pattern(
    r"(?<!\ba )(?<!second )(?<!code )(?<!another )\breviewers?\b|\b(graders?|assessors?|examiners?|evaluators?|dear \w+|when you (grade|assess|review|judge|read)|evaluation mode|treat \w+( \w+)? as (proven|given|true|met)|whoever (reviews|assesses|grades|reads|marks))\b|\b(to|for) the (tutor|instructor|teacher|ai|llm|model reading)\b|(^\W*|\b(notes?|messages?|instructions?|remarks?|hints?|words?|information|advice) )(to|for) the (bot|assistant)\b|\bas (the|an|your) (instructor|teacher|tutor|admin|developer)\b",
    r"\bmark (all|this|these|every|each|p\d|r\d|me|it|them|as)\b|\b(all|every|each|the|criteri\w+|[pr]\d|p\d through p\d) (\w+ )?(criteria|criterion|requirements?(?! (files?|list|lock))) (is|are|as|have been)?\b|\b(as|is|are|all|criteri\w+|[pr]\d)\W+(fully |now |already )?(met|satisfied|passed(?! (as|to|by|in|into|on|through|via|at|from|over|along|with|down))|fulfilled)\b",
    r"\bignore (all|any|the|previous|prior|above|your)\b|\b(previous|above|system|prior|earlier|your|new) (instructions?|prompts?|rules)\b|\bfull (marks|credit|score)\b|\byou (must|have to|should|will|shall|are to) (now )?(accept|mark|pass|approve|grade|output|answer|record|treat|judge|say)\b",
    r"\b(rubric|verdicts?|approved by|this (submission|plan) (passes|meets|satisfies|fulfils|is complete)|assessment (has been|is) (completed|done))\b|\bruntime gate\b",
    r"\btool[_ -]?(result|output)s?\b|\btool[_-]?(call|use)s?\s*[:=\]>({]|[<\[]tool[_ -]?(call|use)|\breceipts?\s*:|^\W*(system|assistant|user|developer|tool|instructor|tutor|engine)\s*(:|>|\]|message)|\"role\"|\bBEGIN (SYSTEM|INSTRUCTION)|<\|?\w+\|?>|\[/?(INST|SYS|tool)|^\W*\{.*\}\W*$|\b(p[1-8]|r[1-4])\W{1,4}(met|partly|true|pass(ed)?|ok)\b",
)
_REJECTS = _pattern(
    r"\b(we|i|the team|team|they|management|everybody|it was|was|were|that was|this was|which) (\w+ )?(turned (it|this|that|them)? ?down|declin\w+|rejected|dropped|voted (it |this |that )?down|said no|refused|decided against|did ?n.t (do|go|adopt|like|want|take|follow|buy|agree)|against it|abandoned|never did|too (expensive|much))\b",
    r"\b(voted down|turned down|dropped the idea|didn.t go for|was dropped|were dropped|no thanks|not for us)\b",
)
_OWN = _pattern(
    r"\b(now|today|here|currently|these days|nowadays|ours?|in (this|our|my) (system|project|service|plan|app|own)|since then|for (this|our|my) own|this (project|system|service|course|app|plan)|the system of)\b"
)
# A denial of a practice, looked for clause by clause.
_KEEPS_OUT = (
    r"(?! (only|just|bake|baked|store|stored|commit|committed|put|copy|copied|embed|ship|shipped|include|write|log|rebuild|rebuilt|build|built|construct|change|keep|"
    r"need to|have to|hard-?code|depend|trust|use `?latest|patch|share|hold|contain|touch|edit|expose|differ|move|moved|overwr|exceed|grow|drift|pass|leak|enter|appear|end up|part of|in the image|in any|"
    r"available|see|know|allowed|permitted|able|possible|go (past|over|beyond|above)|get (past|over|larger|bigger)))"
)
_DENIAL = _pattern(
    rf"\b(we|i|there|it|team|system|service|they|(?<!thing )that|which|what|this|containers?|images?|nobody|production|staging|environments?|backups?|limits|alerts?|logs?) (currently |still |really |also |simply |just |so far )?"
    rf"(do(es)? not|don.?t|doesn.?t|did not|didn.?t|have no|has no|had no|(is|are) no|(is|are|was|were) not|isn.?t|aren.?t|will not|won.?t|have not|haven.?t|has not|hasn.?t|can ?not|can.?t|never|lack|lacks|skip|skips|see no|need no|plan no){_KEEPS_OUT}\b",
    r"\b(haven.?t|hasn.?t|isn.?t|aren.?t|wasn.?t|weren.?t) (been )?(pinned|scanned|rebuilt|tested|monitored|backed|limited|locked|set|configured|implemented|automated|measured|defined|available|there|yet)\b",
    r"\b(was|were|is|are|been) never (been )?(set|pinned|scanned|rebuilt|tried|tested|configured|limited|measured|thought|planned|done)\b|"
    r"\b(has|have) never (been )?\w+ed\b|\bnot (yet|currently|locked|pinned|scanned|limited|monitored|backed up|automated|planned|decided|clear|sure|implemented|in place|done|tested|measured|needed|necessary|required|worth|a priority|relevant|set|so far)\b",
    r"\bno longer\b(?! (than|matter|need|depend|built|copied|read|fetch|install|differ|drift))|\b(none|nothing|nobody|no one|neither|nowhere) (yet|so far|at all|is set|are set|planned|looks?|watch\w*|checks?|has|does|exists?|scales?|scans?|rebuilds?|monitors?|promotes|of this exists|here|metrics|is (logged|monitored|scanned|pinned|backed))\b",
    r"\b(no|zero|without|without any) (\w+ )?(scans?|scanner|scanning|rebuilds?|alerts?|metrics|monitoring|limits?|replicas?|rollbacks?|backups?|tests?|smoke tests?|logs|logging|pins?|lock ?files?|digest|promotion|queue|autoscal\w+|way (to go )?back|secret store|vault|traces|dashboards?|second instance|schedule)\b",
    r"(:|–|—|-|=|;)\s*(none|nothing|n/a|no|not applicable|nothing yet|none planned|missing|nope)\W*$|^\W*(none|nothing|no)\W*$|\b(is|are|was|were) (still )?(missing|absent|unnecessary|lacking|unset|unlimited)\b|\bproduction gets none\b|\bout of scope\b|\b(does not|doesn.?t) matter\b",
    r"\b(we|they) (removed|dropped|stopped|gave up|disabled|turned off|switched off|abandoned) (the |our |all |using |doing )?\w+|\b(was|were|has been|have been) (removed|disabled|switched off|turned off|abandoned|dropped)\b|\b(failed|forgot|neglected) to\b",
)
_CONDITION = re.compile(
    r"\b(when(ever)?|if|unless|in case|until|as soon as|whether)\b[^,;.]*", re.IGNORECASE
)  # denies no practice
_CLAUSE = re.compile(
    r"(?:;\s+|,\s+(?:and|but|so|yet|while|whereas|although|though|because|as|since)\s+|\s+(?:but|whereas|although|though)\s+|\.\s+|\s[–—]\s)",
    re.IGNORECASE,
)


def read_claim(said: str, *, guarded: bool = True) -> Claim | None:
    """None where nothing is asserted of the author's own system, or where a sentence is `guarded` against."""
    if said.endswith("?") or any(pattern.search(said) for pattern in (_WISH, _ELSEWHERE)):
        return None
    if is_word_list(said) or (guarded and addresses_reviewer(said)):
        return None
    found = clauses(said)
    kept = [clause for clause in found if not _DENIAL.search(_CONDITION.sub("", clause))]
    return Claim(said if kept == found else "; ".join(kept), said)


def addresses_reviewer(said: str) -> bool:
    return _REVIEWER.search(said) is not None


def is_word_list(said: str) -> bool:
    """Words in a row, with no sentence around them and no value of one's own."""
    if _OF_ONE_S_OWN.search(said):
        return False
    parts, found = re.split(r"[,;·/]\s*|\s+[–—-]\s+", said.strip(" .:")), said.lower().split()
    if any(_is_phrase(part.lower().split()) for part in parts):
        return False
    if len(parts) >= 4 and len(found) <= 3 * len(parts):
        return not _VERB.search(said)
    return len(found) >= 12 and sum(word.strip(".,;:") in _SMALL for word in found) <= len(found) / 12


def _is_phrase(found: list[str]) -> bool:
    """Long enough to say something, and held together by small words."""
    return len(found) >= 5 and sum(word in _SMALL for word in found) >= len(found) / 10


_VERB = _pattern(
    r"\b(is|are|was|were|be|has|have|had|do|does|goes|go|gets?|we|i|it|they|runs?|uses?|keeps?|comes?|starts?|builds?|"
    r"scans?|writes?|reads?|takes?|gives?|makes?|holds?|sits?|lives?|fails?|must|can|will|may)\b"
)
_OF_ONE_S_OWN = _pattern(r"\d|[=→_]|->|(?<!\w)--?\w|\w\.(lock|txt|toml|json|ya?ml|env|sh)\b|/\w+/")
_SMALL = frozenset(
    "the a an of in on to for with by from at as and or is are was be it its we our they that this which when if not no "
    "has have do does each every into than so because".split()
)


def clauses(said: str) -> list[str]:
    return [word for word in _CLAUSE.split(said) if word.strip()]


def opens_scope(said: str) -> bool:
    """Whether the sentences after this one may go on about somebody else's system."""
    return _FORMER.search(said) is not None


_FORMER = _pattern(
    r"\b(my|our) (old|former|previous|last) (team|system|project|job|employer|company|stack|service|setup|product|workplace|firm)\b",
    r"\b(an?|the)?other (team|company|project|department)\b|\b(team|group|squad|department) (next door|upstairs)\b|\bat (their|his|her) company\b|\b(speaker|author|presenter|lecturer|blogger)('?s)?\b",
)


def ends_scope(said: str) -> bool:
    return _OWN.search(said) is not None


def rejects(said: str) -> bool:
    """Whether a sentence turns down what the sentence before it told."""
    return len(said.split()) <= 14 and _REJECTS.search(said) is not None
