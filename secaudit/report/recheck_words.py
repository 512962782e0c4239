"""What a re-check says of indirect evidence, in the same words on the console and on the page."""

from secaudit.messages import Message, msg
from secaudit.model.recheck import RecheckReport


def recheck_sentences(report: RecheckReport, least: int, most: int) -> tuple[Message, ...]:
    """The figure first, then what the sample does not say, and how to draw it again; ``least`` and ``most`` bound the whole."""
    draw = report.draw
    if not report.finished:
        return (msg("the re-check of run {number} did not come to its end: nothing of it counts as re-checked", number=draw.run),)
    population = len(draw.population)
    found = [
        msg(
            "{checked} of {population} machines re-checked, {different} differ",
            checked=report.checked,
            population=population,
            different=len(report.different),
        )
    ]
    if report.missed:
        found.append(
            msg(
                "{missed} of the {drawn} drawn could not be re-checked and count as agreeing with nothing",
                missed=report.missed,
                drawn=draw.size,
            )
        )
    found.append(msg("of all {population}, {least} to {most} may differ (95 %)", population=population, least=least, most=most))
    if draw.out_of_reach:
        found.append(
            msg(
                "{count} machines with such evidence cannot be reached over SSH: the sample does not speak of them",
                count=draw.out_of_reach,
            )
        )
    if lab := sum(machine.lab for machine in report.machines):
        found.append(msg("lab data: {count} of the machines drawn stand for no real machine", count=lab))
    how = msg("chosen by hand") if draw.seed_given else msg("drawn at random")
    found.append(msg("seed {seed}, {how}; run {number}", seed=draw.seed, how=how, number=str(draw.run)))
    return tuple(found)
