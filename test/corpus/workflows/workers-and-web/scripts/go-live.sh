#!/usr/bin/env bash
set -euo pipefail
url=$(vercel deploy)
curl --fail "$url/health"
vercel promote "$url"
