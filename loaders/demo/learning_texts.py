"""What students of an online-learning company write and are called: phrases, and how they become texts.

Every text is a function of the generator it is drawn with. No text begins with a comma, a quote and a comma, or a line
break: behind a quote that was never closed, a strict reader then meets a fault at the next quoted cell.
"""

import math
import random
import unicodedata

LONGEST = 4999
MEDIAN, SIGMA = math.log(385), 0.83  # of the characters of a feedback, log-normal
SENTENCE = 79  # characters in the mean, with what joins it to the next
MULTI_LINE, QUOTE, NOT_ASCII, FORMULA = 0.42, 0.113, 0.02, 0.002
CUT, UNCUT = 100, 0.01


def _several(text: str) -> list[str]:
    return text.split("|")


def _phrases(text: str) -> list[str]:
    """256 entries in turn, so that one random byte picks one."""
    return (_several(text) * 256)[:256]


# By rating - 1: bad, neither, good.
OPENERS = (
    _phrases(
        "I gave up on|Nobody could explain|I lost a weekend to|Please rework|I still do not understand|"
        "It hurts to see|Three of us got stuck in|I expected more of|Half of the links are dead in|I cannot recommend|"
        "The forum complains about|Support never answered about|I had to look elsewhere to get through|Skip"
    ),
    _phrases(
        "I finished|Fine overall, but mind|It took me two evenings to get through|You will need patience for|I liked|"
        "I would move|As a beginner I had to reread|There is room to improve|My mentor pointed me to|Not bad:|"
        "I would have liked an example in|Plan some time for|Most of it works, even|Mixed feelings about|Average:"
    ),
    _phrases(
        "I really enjoyed|I keep coming back to|What a clear introduction to|Thank you for|At last someone explains|"
        "My favourite part was|I used at work the next day|You can tell that care went into|Best of the program:|"
        "I learned most from|I did not expect to like|Everything fell into place with|Do not skip|Hats off to|I loved"
    ),
)
# By degree. They share nothing, so that no two degrees have a question in common.
TOPICS = (
    _phrases(
        "the part on clustering|the notebook about train and test splits|the regression exercise|the recommender quiz|"
        "the chapter on overfitting|the gradient descent walk-through|the feature selection lab|the A/B test lesson|"
        "the confusion matrix example|the random forest project|the cross-validation video|the text mining assignment"
    ),
    _phrases(
        "the pivot table lesson|the dashboard project|the lesson on window functions|the cohort analysis exercise|"
        "the chapter about outliers|the chart redesign task|the SQL join quiz|the survey data assignment|"
        "the spreadsheet walk-through|the storytelling lecture|the data cleaning lab|the funnel report"
    ),
    _phrases(
        "the warehouse project|the star schema lesson|the scheduler set-up|the chapter on partitions|"
        "the streaming exercise|the object storage lab|the lesson about idempotent loads|the backfill assignment|"
        "the columnar file quiz|the infrastructure walk-through|the data quality project|the slowly changing dimension"
    ),
)
DETAILS = (
    _phrases(
        "because the starter code fails on the second cell, with no hint why.|since the rubric contradicts the video.|"
        "and after 3 reviews, 3 reviewers, I know as little as before.|as the data set had moved, again.|"
        "although I followed every step, twice.|which took five hours instead of one.|- sound included.|"
        "where the solution is plainly wrong (see line 40).|without a single worked example.|as if we were experts."
    ),
    _phrases(
        "which is a little long, yet complete.|once the environment was installed.|though the pace changes halfway.|"
        "even if the quiz tests other things.|with some help from the forum, the docs and a friend.|before the review.|"
        "but the last task needs 8 GB of memory.|where the hints come too early.|and then I read it again; it helped.|"
        "so that the order of the lessons makes sense."
    ),
    _phrases(
        "with examples from real companies, not toys.|and the reviewer answered within an hour!|because it is short.|"
        "from the first cell to the last plot.|which my whole team has now seen.|with just the right amount of maths.|"
        "as every step is motivated, tested and drawn.|and the cheat sheet (2 pages) hangs above my desk.|"
        "and I got a job interview out of it.|even on a phone, on a train, without network."
    ),
)
CLOSES = (
    _phrases("Disappointing.|I want my time back.|Please fix this.|Not again.|I am thinking of leaving."),
    _phrases("All in all fine.|On to the next one.|It does the job.|Okay for a first version.|See you in the forum."),
    _phrases("Highly recommended!|Thanks to the whole team.|More like this, please!|Ten out of ten.|Well done :)"),
)
SHORT = (
    _phrases("Too hard.|Outdated|no|Broken link|Bad audio, bad slides|N/A|Waste of time"),
    _phrases("ok|Fine.|It was okay, I guess|null|Good but long|None|-|nothing to add|Alright, next"),
    _phrases("Loved it!|great|Thanks!|Perfect, as always|Super clear|10/10|Best project so far, by far"),
)
QUOTED = _phrases(
    'The brief says "clean the data" and stops there.|The error was "list index out of range".|It asks for "three"'
    ' plots.|"Optional" means required here.|My path "C:\\data\\" was refused.|On a 13" screen the plots overlap.|'
    'Is it "analyse", "analyze" or both?|The cell held "", not null.|He said ""really"", twice.'
)
FOREIGN = _phrases(
    "Très bien expliqué, merci.|Ótimo curso, parabéns à equipe!|Danke, sehr schön erklärt.|"
    "Worth every € 👍|とても役に立ちました。|The reviewer\u2019s notes \u2013 superb.|Naïve Bayes, at last… 🎉|"
    "Two\u2028lines that are one.|10\u00a0000 rows are enough."
)
FORMULAS = _phrases(
    "=SUM(B2:B9) should have been in the hints.|=) made my day.|=== SUMMARY ===|=1+1 is as deep as it gets."
)
JOINS = _phrases(" | | | | |\n|\n|\n\n|\n\n- |\n* ")
ENDS = _phrases("\n|\n\n|\n\n|\n")  # what parts the first two sentences of a text of several lines


def feedback_text(draw: random.Random, degree: int, rating: int) -> str:
    """A feedback of 1 to 4,999 characters; degree: 0 to 2, rating: 1 to 3."""
    length = min(LONGEST, int(draw.lognormvariate(MEDIAN, SIGMA)))
    b = draw.randbytes(4)
    luck = draw.random()
    if length < 45:
        return SHORT[rating - 1][b[0]]
    opener, topic, detail = OPENERS[rating - 1], TOPICS[degree], DETAILS[rating - 1]
    drawn = iter(draw.randbytes(4 * max(1, (length + 20) // SENTENCE)))
    parts: list[str] = []
    for one, two, three, four in zip(drawn, drawn, drawn, drawn, strict=True):
        parts += (f"{opener[one]} {topic[two]} {detail[three]}", JOINS[four])
    if luck < QUOTE + NOT_ASCII:
        at = b[1] % len(parts) // 2 * 2
        parts[at:at] = (QUOTED if luck < QUOTE else FOREIGN)[b[0]], JOINS[b[1]]
    elif luck > 1 - FORMULA:
        parts[:0] = FORMULAS[b[0]], " "
    if length > 150:
        parts += CLOSES[rating - 1][b[2]], ""
    if draw.random() >= MULTI_LINE:
        parts[1::2] = " " * (len(parts) // 2)
    elif len(parts) > 2:
        parts[1] = ENDS[b[3]]
    return "".join(parts[:-1])[:LONGEST].rstrip()


ASKED = _several(
    "How do I debug|Why is|What am I missing in|Is there a better way to do|Should I repeat|Who else struggles with|"
    "Can somebody explain|Where do I find the data of|When is the right moment for|Which version is meant in"
)
WHEN = _phrases(
    "if the kernel dies at 90%?|when rows are missing?|on Windows 10, without admin rights?|after the last update?|"
    "in Python 3?|for a very large file?|and what does the reviewer expect?|with only 4 GB of memory?|"
    "if the result differs from the video by one, every time, whatever order I sort the rows in before I count them?|"
    'when it says "killed"?|without a loop?|before I submit?'
)
POSTED = _phrases(
    "<p>I join two frames on <code>id</code> and rows vanish.|<p>This has cost me a day, and I am out of ideas.|<p>Hi,"
    "</p>\n\n<p>the second cell prints nothing for me.|<p>My output is <strong>not</strong> what the video shows.|"
    "<blockquote><p>Use the smallest step.</p></blockquote>|<p>Sorry if this is obvious, I am new here.|"
    '<p>I followed <a href="https://docs.example.org/start">the guide</a>.|<p>Does "mean" ignore nulls? In my case: no.'
)
GONE_ON = _phrases(
    "</p>\n\n<pre><code>df.groupby('day').agg(total=('amount', 'sum')).reset_index(drop=True)\n</code></pre>\n|"
    ' It works on <a href="https://forum.example.org/questions/1042" rel="nofollow noreferrer">another one</a>.</p>\n|'
    "</p>\n\n<ul>\n<li>installed it again, twice</li>\n<li>cleared the cache</li>\n<li>asked a friend</li>\n</ul>\n|"
    "</p>\n\n<pre><code>select day, count(*) from views where day &gt;= '2019-01-01' group by day\n</code></pre>\n|"
    " The log holds nothing but <em>warnings</em>, all of them of the kind that everybody tells me to ignore.</p>|"
    ' I see this picture: <img src="https://img.example.org/a/7f3c9e21.png" alt="a chart with a bar" width="99"/></p>\n'
)
ANSWERED = _phrases(
    "<p>Check the type of the key, one of them is text.|<p>That is by design: see the note in section 2.|<p>+1, same."
    '</p>\n\n<p>It went away with a new kernel.|<p>You need <code>how="left"</code> there.|<p>Short answer: no.</p>\n\n'
    "<p>Long answer:|<p>The index starts at 0, not at 1.|<p><em>Edit:</em> fixed in the new version of the notebook.|"
    "<p>Set the seed first, then compare.|<p>Print the shape before and after."
)
BRIEF = _phrases(
    "<p>Never mind, solved.</p>|<p>Restart it.</p>|<p>See above, please.</p>\n|<p>Yes.</p>|<p>¿Por qué?</p>"
)


def question(draw: random.Random, degree: int, nth: int) -> str:
    """The title of a student's nth question of a month, up to 150 characters; no two of a month are alike."""
    b = draw.randbytes(3)
    return f"{ASKED[(b[0] + nth) % len(ASKED)]} {TOPICS[degree][b[1]]} {WHEN[b[2]]}"[:150]


def html(draw: random.Random, openings: list[str]) -> str:
    """A post (openings: POSTED) or an answer (ANSWERED), in 99% cut at exactly 100 characters."""
    b = draw.randbytes(3)
    return BRIEF[b[0]] if draw.random() < UNCUT else (openings[b[0]] + GONE_ON[b[1]] + GONE_ON[b[2]])[:CUT]


FIRST = _phrases(
    "Ada|Amara|André|Beatriz|Björn|Carmen|Chidi|Dana|Elif|Emeka|Fatima|Gustavo|Hana|Henrique|Ines|Ivan|Jin|João|Kofi|"
    "Lena|Luca|Mai|Mateus|Mei|Nadia|Noor|Olga|Pedro|Priya|Rafael|Renée|Samir|Sofia|Tariq|Uma|Yuki|Zoë"
)
LAST = _phrases(
    "Abe|Almeida|Banerjee|Becker|Castro|Costa|Dubois|Eze|Fischer|García|Haddad|Ibrahim|Jansen|Kim|Kowalski|Lindqvist|"
    "Lopes|Mbeki|Müller|Nguyen|Novak|O'Brien|Okafor|Pereira|Quispe|Rossi|Santos|Silva|Suzuki|Tanaka|Torres|Weber|Özdemir"
)
PLACES = _several(
    "Lisboa|São Paulo, SP|Leeds, UK|Lagos|Berlin|東京|Recife|New York, NY|Bogotá|Nairobi|Toronto, ON|Kraków|Cairo|"
    "Bengaluru|Porto Alegre|Seoul|Mexico City|Rotterdam|remote|Paris, France|Accra|Curitiba"
)
COMPANIES = _several(
    "Northwind Analytics|Casa Verde Ltda.|Blue Heron Labs|Pixel & Sons|Alder, Ash and Co.|Lumen Freight|"
    "Quarto Crescente|Tidewater Bank|self-employed|Oak Street School|Meridian Health|Farol Seguros|Kite Robotics|"
    'Harbour Foods|The "Good" Agency|Atlas Telecom|Vento Sul Energia|Paper Moon Media|Fjord Insurance'
)

PROJECTS = """\
project_id,section_id,project_name,section_name,degree_name
1,1,Which Bike Goes Where?,Statistics and Sampling,Data Science
2,2,Predict the Queue,Supervised Learning,Data Science
3,3,A Recommender for Librarians,Experiments and Recommendations,Data Science
4,4,Tidy the Survey,Spreadsheets and Cleaning,Data Analytics
5,5,Ask the Shop,SQL for Analysis,Data Analytics
6,6,"Charts, Redrawn",Visual Stories,Data Analytics
7,7,A Schema for a Radio,Data Modelling,Data Engineering
8,8,The Lake House,Cloud Storage,Data Engineering
9,9,Late and Twice,Pipelines and Schedules,Data Engineering
"""
VIDEOS = """\
video_id,video_name,section_name,degree_name
1,Program Introduciton,Statistics and Sampling,Data Science
2,Why Models Overfit,Supervised Learning,Data Science
3,Reading an Experiment,Experiments and Recommendations,Data Science
4,Welcome to Data Analytics,Spreadsheets and Cleaning,Data Analytics
5,"Join, Group, Rank",SQL for Analysis,Data Analytics
6,One Chart One Message,Visual Stories,Data Analytics
7,Welcome to Data Engineering,Data Modelling,Data Engineering
8,Objects Are Not Files,Cloud Storage,Data Engineering
9,What a Scheduler Promises,Pipelines and Schedules,Data Engineering
"""


def plain(name: str) -> str:
    """The name as handles and addresses spell it: lower-case ASCII letters."""
    return "".join(filter(str.isalpha, unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()))
