"""axe-core inside a page: what hinders people who see, hear or move badly.

In: a page that is open. Out: its serious and critical faults against WCAG 2 A and AA, each with its rule and element.
The page's policy of content stays as it is: the rules come in by the driver. Next: walk.py.
"""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "target/browser/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
FAILS = ("serious", "critical")

ASK = """
const done = arguments[arguments.length - 1];
axe.run(document, { runOnly: arguments[0], resultTypes: ['violations'] }).then(
  found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
    ({ impact: rule.impact, rule: rule.id, help: rule.help, element: node.target.join(' '), html: node.html.slice(0, 160) })))),
  error => done([{ impact: 'critical', rule: 'axe itself', help: String(error), element: '', html: '' }]));
"""


def faults(browser):
    """(serious ones, the others), each a line."""
    browser.run(SOURCE.read_text(encoding="utf-8"))
    found = browser.run_async(ASK, RULES)
    lines = {True: [], False: []}
    for fault in found:
        said = f"{fault['rule']} ({fault['impact']}): {fault['help']}: `{fault['element']}` {fault['html']}"
        lines[fault["impact"] in FAILS].append(said)
    return lines[True], lines[False]
