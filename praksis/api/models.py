"""How much each network has asked of the API in the last minute."""

from django.db import models


class Asking(models.Model):
    """How often one network, which a keyed hash stands for, has asked since `began_at`. Kept for an hour."""

    network = models.CharField(max_length=64, primary_key=True)
    began_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["began_at"], name="asking_began")]

    def __str__(self) -> str:
        return f"{self.network[:8]} {self.count}"
