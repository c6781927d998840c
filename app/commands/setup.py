"""`init`, `study open`, `staff add`: what is done once, before anything can be asked."""

from app.commands.call import Answer, Call, Commands

ROLES = ("manager", "statistician", "reader")


def declare(commands: Commands) -> None:
    """Declares the three commands."""
    commands.add("init", initialise, "dossier, clés et base à jour", "home, keys and database at head")
    study = commands.group("study", "les études", "the studies")
    opening = study.add("open", open_study, "ouvre une étude", "opens a study")
    opening.add_argument(
        "code", metavar="CODE", help=commands.say("code livré, ou dossier", "code or folder")
    )
    staff = commands.group("staff", "les comptes du promoteur", "the sponsor's accounts")
    adding = staff.add("add", add_staff, "ajoute un compte", "adds an account")
    adding.add_argument("email", metavar="EMAIL")
    adding.add_argument("--role", required=True, metavar="ROLE", help=", ".join(ROLES))


def initialise(call: Call) -> Answer:
    """Makes the home, the keys and the database; safe to repeat."""
    from app.kernel.migrating import current_revision

    installation = call.open(call.settings)
    installation.initialise()
    revision = current_revision(installation.database)
    home = str(call.settings.home)
    return Answer(
        {"home": home, "revision": revision},
        call.say(f"Prêt : {home} (base en version {revision}).", f"Ready: {home} (database at {revision})."),
    )


def open_study(call: Call) -> Answer:
    """Opens a shipped study, or one from a folder of the same shape; says which version it goes by and what that changed."""
    from app.collection.opening import open_study as open_it
    from app.collection.versions import history

    now = call.now
    with call.installation.database.writing() as session:
        study = open_it(session, call.words.code, actor=call.actor, now=now)
        code, title, version = study.code, call.say(study.title_fr, study.title_en), history(session, study)[0]
    changes = [one.text[call.language] for one in version.changes] if version.published_at == now else []
    told = call.say(
        f"Étude {code} ouverte : {title}\nQuestionnaire : version {version.number}",
        f"Study {code} is open: {title}\nQuestionnaire: version {version.number}",
    )
    data = {"study": code, "title": title, "version": version.number, "changes": changes}
    return Answer(data, "\n".join([told, *(f"  {one}" for one in changes)]))


def add_staff(call: Call) -> Answer:
    """Adds an account and shows its one-time password, this once."""
    from app.accounts.staff import add_staff as add_account

    with call.installation.database.writing() as session:
        added = add_account(
            session, email=call.words.email, role=call.words.role, actor=call.actor, now=call.now
        )
        email, role = added.staff.email, added.staff.role
    return Answer(
        {"email": email, "role": role, "password": added.password},
        call.say(
            f"Compte {email} ({role}).\nMot de passe à usage unique : {added.password}",
            f"Account {email} ({role}).\nOne-time password: {added.password}",
        ),
    )
