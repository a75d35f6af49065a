#!/usr/bin/env bash
set -euo pipefail
# Workers, then the web app.
fly releases rollback -a shop-worker-prod
vercel rollback --yes
