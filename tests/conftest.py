pytest_plugins = [
    "tests.fixtures_redis",
    "tests.fixtures_model",
    "tests.fixtures_openai",
    "tests.fixtures_app",
    "tests.fixtures_commands",
    "tests.fixtures_graph",
    "tests.fixtures_jobs",
    "tests.fixtures_media",
    "tests.fixtures_sarvam",
]
