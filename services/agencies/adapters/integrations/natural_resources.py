"""自然资源局: the land enforcement system (自然资源执法监管系统). Finds land classes and control lines, in m²."""

from datetime import date

from services.agencies.adapters.integrations.trade import Trade
from services.agencies.domain.errors import CodeUnknown
from shared.contracts.codes import Agency
from shared.contracts.task_results import LandSurvey, TaskResult


class NaturalResources(Trade):
    agency = Agency.NATURAL_RESOURCES

    def check_result(self, result: TaskResult, today: date) -> None:
        """Raises CodeUnknown too: a land class is of the list, on whatever form it is told."""
        super().check_result(result, today)
        if not isinstance(result, LandSurvey):
            return
        told = {"land_class_code": result.land_class_code}
        told |= {f"classes.{number}.land_class_code": row.land_class_code for number, row in enumerate(result.classes)}
        known = [entry.theirs for entry in self.table.codes["land_class"]]
        if unknown := [field for field, code in told.items() if code not in known]:
            raise CodeUnknown(unknown, known)
