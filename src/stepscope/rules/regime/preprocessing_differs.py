"""Training and evaluation prepare their input differently.

Why
---
A model knows inputs as training prepared them. Where validation leaves out the normalisation, or the division by 255, it sees another world: the training loss falls and the validation
accuracy stays near chance, which looks like overfitting and is none.

Fix
---
- Give both the same last steps: the conversion to a tensor, the division, the normalisation with the statistics of the training set.
- Leave out of validation what is random, and nothing else.

Bad
---
    train = Photos(paths[:900], Compose([RandomCrop(224), ToTensor(), Normalize(mean, std)]))
    val = Photos(paths[900:], Compose([CenterCrop(224), ToTensor()]))

Good
----
    last = [ToTensor(), Normalize(mean, std)]
    train = Photos(paths[:900], Compose([RandomCrop(224), *last]))
    val = Photos(paths[900:], Compose([CenterCrop(224), *last]))
"""

from stepscope.evidence import Flaws, Stage
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed
from stepscope.rules.found import at_flaws, shown

PREPROCESSING_DIFFERS = Rule("REG105", Severity.ERROR, stage=Stage.DATA)


@PREPROCESSING_DIFFERS.seen_in
def splits(flaws: Flaws) -> Witnessed:
    """Samples of both splits were drawn: their values are of two ranges."""
    found = flaws.of("prepared-otherwise")
    if found:
        yield PREPROCESSING_DIFFERS.found(f"{shown(found[0].file)} {found[0].says}", Confidence.LIKELY, places=at_flaws(found))
