"""The version of Flowhook; the build reads it here too."""

VERSION = "0.1.0"
