"""The one settings file, read from the environment.

`SUIVI_MODE=demonstration` (the default) needs nothing else: SQLite and a file-based Celery broker under `var/`.
`SUIVI_MODE=production` refuses to start on a combination that would be unsafe or lose data, and says how to mend it:
each refusal is raised here, before any request is served, and tested in tests/house/test_settings.py.
"""

from datetime import timedelta
from pathlib import Path

import environ
import font_source_sans_pro
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env.str("SUIVI_MODE", default="demonstration")
if MODE not in {"demonstration", "production"}:
    raise ImproperlyConfigured(f"SUIVI_MODE vaut « {MODE} » : écrire « demonstration » ou « production ».")
PRODUCTION = MODE == "production"

VAR_DIR = Path(env.str("SUIVI_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
DEMONSTRATION_KEY = "cle-de-demonstration-sans-valeur-ne-jamais-employer-en-production"
SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION else DEMONSTRATION_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Database: PostgreSQL in production, SQLite as the embedded default -----------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'suivi.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if SQLITE:
    # Web and worker write together: write-ahead log, immediate transactions, and 20 s of patience.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if env.str("SUIVI_PROCESS", default="") == "web":  # set by cog/wsgi.py: a page gives up where a job may last
        STATEMENT_SECONDS, LOCK_SECONDS = env.int("SUIVI_STATEMENT_SECONDS", 10), env.int("SUIVI_LOCK_SECONDS", 5)
        DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
            f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
        )
# The address the application uses, told to the one process that runs as the owner (migrate, grant_roles).
APPLICATION_DATABASE = env.db_url_config(url) if (url := env.str("APPLICATION_DATABASE_URL", default="")) else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Background work: Redis in production, a folder as the embedded broker ---------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")

# `drawings`: finished drawings, kept by their content for every process; one that cannot be kept is drawn again.
CACHES = {
    # Counts of what is asked and of tries at login: shared by every process, else a limit would be one per process.
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "compteurs"),
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "drawings": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(VAR_DIR / "dessins"),
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
API_RATE = env.int("SUIVI_API_RATE", default=300)  # readings a minute and an account; 0: as many as one likes
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 20  # WeasyPrint's memory creeps from one document to the next
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # the Job table is the record, never the broker
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A computation of the whole term takes some minutes. Asked to end, a job has a minute more; then its process is killed.
CELERY_TASK_SOFT_TIME_LIMIT = env.int("SUIVI_JOB_TIME_LIMIT", default=30 * 60)
CELERY_TASK_TIME_LIMIT = CELERY_TASK_SOFT_TIME_LIMIT + env.int("SUIVI_JOB_GRACE", default=60)
JOB_MEMORY = env.int("SUIVI_JOB_MEMORY", default=2048) * 1024 * 1024  # bytes a job may write, given in Mio
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1024 * 1024  # Kio: a process that keeps more between two jobs is replaced
# The beat only rings: what comes round, and whether it was done, is in the base (cog.schedule). Late rings are dropped.
BEAT_EVERY = env.float("SUIVI_BEAT_EVERY", default=20)
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("balayage-des-travaux", "cog.sweep_jobs", 30.0),
        ("passages-programmes", "cog.tick", BEAT_EVERY),
        ("courriels-de-notification", "reports.send_notifications", 120.0),
    )
}
CANARY_EVERY = timedelta(seconds=env.float("SUIVI_CANARY_EVERY", default=60))
CANARY_SILENCE = timedelta(seconds=env.float("SUIVI_CANARY_SILENCE", default=180))
# A job whose worker gave no sign for that long is taken up by another one: 90 s at most with the sweep above.
JOB_SILENCE = timedelta(seconds=env.float("SUIVI_JOB_SILENCE", default=60))
# Past this time the broker gives a message to another worker: below the hard limit, it would double a long job.
VISIBILITY = env.int("SUIVI_VISIBILITY", default=7200)
if VISIBILITY <= CELERY_TASK_TIME_LIMIT:
    raise ImproperlyConfigured(
        f"SUIVI_VISIBILITY vaut {VISIBILITY} s, attendu plus que la limite d'un travail ({CELERY_TASK_TIME_LIMIT} s) :"
        " le courtier confierait à un second exécutant un travail en cours."
    )
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": VISIBILITY,
        "health_check_interval": 25,
        "socket_keepalive": True,
        # A request that asks for a job waits less than 5 s for a mute broker: no second try, the sweep will do it.
        "socket_timeout": 2,
        "socket_connect_timeout": 2,
        "max_retries": 0,
    }
else:
    BROKER_DIR = VAR_DIR / "broker"
    for name in ("messages", "processed", "control"):
        (BROKER_DIR / name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }

# --- Combinations that are refused ---------------------------------------------------------------------------------
if PRODUCTION:
    refusals = [
        message
        for wrong, message in (
            (DEBUG, "DEBUG est actif : retirer DEBUG de l'environnement."),
            (
                len(SECRET_KEY) < 50,
                "SECRET_KEY manque ou est trop courte : fournir au moins 50 caractères tirés au hasard.",
            ),
            (
                SECRET_KEY == DEMONSTRATION_KEY,
                "SECRET_KEY est celle de la démonstration : en tirer une nouvelle.",
            ),
            (SQLITE, "DATABASE_URL désigne SQLite : donner une adresse « postgres://… »."),
            (not REDIS_URL, "REDIS_URL manque : donner une adresse « redis://… » pour les travaux de fond."),
            (
                not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS,
                "ALLOWED_HOSTS doit nommer les domaines servis (pas « * »).",
            ),
        )
        if wrong
    ]
    if refusals:
        raise ImproperlyConfigured("Réglages refusés en production :\n- " + "\n- ".join(refusals))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_tables2",
    "django_bootstrap5",
    "django_htmx",
    "js_lib_bootstrap5",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "cog",
    "indicators",
    "actions",
    "budgets",
    "reports",
]

MIDDLEWARE = [
    "cog.logs.Requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cog.drafts.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cog.drafts.GivenBack",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cog.middleware.SessionLimits",
    "cog.middleware.SecondFactor",
    "cog.once.OnceAPage",
    "cog.guards.Headers",
    "cog.guards.RequestSize",
    "cog.guards.PlainText",
    "cog.guards.CostlyPages",
    "cog.submissions.SentOnce",
    "cog.guards.ReadsWriteNothing",  # after the others: what stands above it may keep a session
    "cog.trouble.ReplayMiddleware",  # last: it calls the view itself
]

ROOT_URLCONF = "cog.urls"
WSGI_APPLICATION = "cog.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cog.context.site",
                "cog.appearance.appearance",
            ],
            "builtins": ["cog.templatetags.french"],
        },
    }
]

# --- Accounts and sessions -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "cog.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
SESSION_IDLE_LIMIT = env.int("SESSION_IDLE_LIMIT", default=3600)  # seconds without a page
SESSION_ABSOLUTE_LIMIT = env.int("SESSION_ABSOLUTE_LIMIT", default=12 * 3600)  # seconds since the login
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_LIMIT
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
INVITATION_LIFE = env.int("INVITATION_LIFE", default=7 * 24 * 3600)  # seconds during which its link lets in
PASSWORD_RESET_TIMEOUT = 2 * 3600
ACCOUNTS_CONTACT = env.str("ACCOUNTS_CONTACT", default="")  # whom to write to for an account; shown to who has none
# The roles that owe a second factor; anyone may set one.
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=["pilotage", "exploitation"] if PRODUCTION else [])

# The library (django-allauth): by e-mail only, closed to sign-up, counted by address and by account.
# A reverse proxy stands before the application in production: the client's address is the last one it wrote.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=1 if PRODUCTION else 0)
ACCOUNT_ADAPTER = "cog.identity.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation answered proves the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody unknown is written to; the page answers alike
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False  # the cookie goes with the browser
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - the path of a class, no secret
ACCOUNT_FORMS = {"login": "cog.forms.LoginForm"}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip,5/5m/key", "reset_password": "20/h/ip,5/h/key"}
MFA_ADAPTER = "cog.identity.SecondFactorAdapter"
MFA_TOTP_ISSUER = "Suivi de la Cog"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody opens an account by themselves
SOCIALACCOUNT_ADAPTER = "cog.identity.IdentityAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: a form would have the content policy follow it to the provider
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an e-mail told by a provider never opens an account
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"

# OpenID Connect (ProConnect): there when the three are given, absent from every page otherwise.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="")
OIDC_NAME = env.str("OIDC_NAME", default="ProConnect")
OIDC_MFA_ACR = env.list(
    "OIDC_MFA_ACR",
    default=[
        "eidas2",
        "eidas3",
        "https://proconnect.gouv.fr/assurance/self-asserted-2fa",
        "https://proconnect.gouv.fr/assurance/consistency-checked-2fa",
    ],
)
_oidc = [OIDC_ISSUER, env.str("OIDC_CLIENT_ID", default=""), env.str("OIDC_CLIENT_SECRET", default="")]
if any(_oidc) and not all(_oidc):
    raise ImproperlyConfigured("OIDC_ISSUER, OIDC_CLIENT_ID et OIDC_CLIENT_SECRET vont ensemble : donner les trois.")
SOCIALACCOUNT_PROVIDERS = (
    {
        "proconnect": {
            "APPS": [
                {
                    "name": OIDC_NAME,
                    "client_id": _oidc[1],
                    "secret": _oidc[2],
                    "settings": {
                        "server_url": OIDC_ISSUER,
                        "scope": env.list("OIDC_SCOPE", default=["openid", "given_name", "usual_name", "email"]),
                        "auth_params": {"claims": '{"id_token":{"amr":{"essential":true},"acr":{"essential":false}}}'},
                        "oauth_pkce_enabled": True,
                    },
                }
            ]
        }
    }
    if all(_oidc)
    else {}
)
CSRF_FAILURE_VIEW = "cog.views.csrf_failure"

# --- What a request may ask (cog/guards.py) --------------------------------------------------------------------------
MAX_REQUEST_BYTES = 51 * 1024**2  # the largest workbook, and its envelope; docker/nginx.conf cuts first
COSTLY_A_MINUTE = {"file": env.int("SUIVI_FILES_A_MINUTE", 60), "search": env.int("SUIVI_SEARCHES_A_MINUTE", 120)}
# The views that must write on GET: the two ends of the way through an identity provider, and codes seen once.
GET_MAY_WRITE = {"identity-start", "identity-callback", "mfa_view_recovery_codes", "mfa_download_recovery_codes"}

# --- Headers -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^sante/(vie|pret)$"]  # asked from inside, by machines
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # « __Host- »: a browser keeps these only from this very host, over TLS, for the whole site.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

# --- Language, time, files -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"  # a quarter ends at midnight in Paris
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [("fonts", str(Path(font_source_sans_pro.__file__).parent / "files"))]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "documents")},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DJANGO_TABLES2_TEMPLATE = "components/table.html"
DEFAULT_CONVENTION = env.str("SUIVI_CONVENTION", default="")  # empty: the one that is in force, else the latest
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Mail: kept as files under var/ in the demonstration, sent by EMAIL_URL in production -----------------------------
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")  # for the links in messages, never taken from a request
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="suivi-cog@localhost")
EMAIL_TIMEOUT = 10
EVIDENCE_SCANNER = env.str("EVIDENCE_SCANNER", default="")  # the path of a function from bytes to what it found
if PRODUCTION:
    vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "courriels")

LOG_FORMAT = env.str("SUIVI_LOG", default="json" if PRODUCTION else "line")
if LOG_FORMAT not in {"json", "line"}:
    raise ImproperlyConfigured(f"SUIVI_LOG vaut « {LOG_FORMAT} » : écrire « json » ou « line ».")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "()": "cog.incidents.DiscreetFormatter" if PRODUCTION else "logging.Formatter",
        },
        "json": {"()": "cog.logs.JsonLines"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # WeasyPrint and fontTools tell every table they subset; only what matters is kept.
    "loggers": {name: {"level": "ERROR"} for name in ("fontTools", "weasyprint")}
    | {"suivi": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"}},
}
