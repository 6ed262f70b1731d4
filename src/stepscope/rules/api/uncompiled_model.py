"""A Keras model is trained, summed up or saved before it was compiled or built.

Why
---
`compile` gives a model its optimizer and loss; the first call on data (or an `Input`) gives it its weights. Loaded with `compile=False`, made
anew by `clone_model` or from its configuration, or with a loss left out, a model has the one and not the other. `trainable` that is changed
counts from the next `compile` on.

Fix
---
- Call `model.compile(optimizer=..., loss=...)` before `fit`, `evaluate` and `train_on_batch`, on this very model.
- Begin a `Sequential` with `Input(shape=...)`, or call the model on a batch, before `summary`, `save_weights` or `load_weights`.
- In a GAN compile each of the models that are trained: the discriminator by itself, the combined one as well.

Bad
---
    model = keras.models.clone_model(trained)
    model.fit(x, y)

Good
----
    model = keras.models.clone_model(trained)
    model.compile("adam", "mse")
    model.fit(x, y)
"""

from stepscope.evidence import Failure, Stage, wording
from stepscope.finding import Confidence, Severity
from stepscope.rule import Rule, Witnessed

UNCOMPILED_MODEL = Rule("API102", Severity.ERROR, stage=Stage.SETUP)

_COMPILED = wording(
    r"[Yy]ou must (?:compile|call `?compile\(?\)?`?)[^\n]{0,30}(?:model|before)|[Mm]odel (?:must be|has not been|is not) compiled|must be compiled before|`?compile\(?\)?`? (?:must|has to) be called"
    r"|The model needs to be compiled|'NoneType' object has no attribute '(?:compute_loss|minimize|apply_gradients|iterations)'"
)
_LOSS = wording(r"[Nn]o loss (?:found|to compute|to optimize|provided)|has no loss to optimi[sz]e|[Yy]ou must provide a [`']?loss|The model cannot be compiled because it has no loss")
_BUILT = wording(
    r"[Tt]his model has not yet been built|Weights for model '?[\w.-]+'? have not yet been created|model has never been (?:called|built)|has not been (?:called|built), so|You must build the model|hasn't been built|Model [^\n]{0,30}must be built"
    r"|layer (?:\S+ )?(?:has never been called and thus has no defined|was never called)|The layer has never been called|isn't built|Cannot get (?:the )?(?:value|weights) inside"
    r"|(?:Sequential )?model [\w']*\.?[^\n]{0,60}has not yet been built|not defined until the model is built|has no defined (?:input|output)"
)


@UNCOMPILED_MODEL.seen_in
def words(failure: Failure) -> Witnessed:
    forms = (
        (_COMPILED, "the model is trained or evaluated before it was compiled", ()),
        (_LOSS, "the model has no loss to train with", ("Name a loss in `compile(loss=...)`; with a dictionary, one for each output by its name.",)),
        (_BUILT, "the model has no weights yet: it was not built", ("Give it an `Input(shape=...)` first, or call it on one batch: `model(x[:1])`, `model.build((None, 28, 28, 1))`.",)),
    )
    for form, headline, fix in forms:
        if found := form.search(failure.message):
            yield UNCOMPILED_MODEL.found(headline, Confidence.CERTAIN, stage=Stage.SETUP, seen={"says": failure.message.strip().splitlines()[0][:250], "words": found[0] if found[0] not in headline else ""}, fix=fix)
            return
