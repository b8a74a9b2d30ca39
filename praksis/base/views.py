"""What monitoring asks for."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from praksis.base.health import health, is_well


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 when all is well, else 503; which part it is stands in the answer."""
    parts = health()
    return JsonResponse(parts, status=200 if is_well(parts) else 503)
