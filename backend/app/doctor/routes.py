from fastapi import APIRouter, Depends

from app.auth.deps import get_current_superuser
from app.doctor.models import DoctorReport

router = APIRouter(prefix="/doctor", tags=["doctor"])


@router.get("/", dependencies=[Depends(get_current_superuser)])
async def read_doctor_report() -> DoctorReport:
    """Check the settings and all services that the application needs. Takes up to 8 s."""
    from app.doctor import service  # imports libraries that no other request needs

    return await service.check_all()
